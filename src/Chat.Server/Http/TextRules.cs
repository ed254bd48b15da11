using FluentValidation;

namespace Chat.Server.Http;

/// <summary>The rules for text that both surfaces share, with the sentences that their <c>details</c> give.</summary>
public static class TextRules
{
    /// <summary>At most so many characters (Unicode scalar values), and only such as can be stored.</summary>
    public static IRuleBuilderOptions<T, string?> Text<T>(this IRuleBuilder<T, string?> rule, int maxLength) => rule
        .Must(text => text is null || text.ScalarCount() <= maxLength)
        .WithMessage((_, text) => $"Must be at most {maxLength} characters; this has {text!.ScalarCount()}.")
        .Must(text => text is null || text.IsStorable())
        .WithMessage("Must not hold NUL or unpaired surrogates.");

    // What a column for a URL holds. 2,048 characters fit it many times over, but for those of nothing but emoji.
    private const int MaxUrlUnits = 4_000;

    /// <summary>An absolute http or https URL of at most so many characters.</summary>
    public static IRuleBuilderOptions<T, string?> HttpUrl<T>(this IRuleBuilder<T, string?> rule, int maxLength) => rule
        .Text(maxLength)
        .Must(text => text is null || text.Length <= MaxUrlUnits)
        .WithMessage($"Must be at most {MaxUrlUnits} units of UTF-16.")
        .Must(IsHttpUrl)
        .WithMessage("Must be an absolute http or https URL.");

    private static bool IsHttpUrl(string? text) =>
        text is null || (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps));
}
