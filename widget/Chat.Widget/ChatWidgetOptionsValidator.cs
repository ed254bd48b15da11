using Chat.Widget.Home;
using Chat.Widget.Texts;
using Chat.Widget.Theme;
using Microsoft.Extensions.Options;

namespace Chat.Widget;

/// <summary>Names every fault of the options at once, when the host starts. The address and the key are the client's own to check.</summary>
internal sealed class ChatWidgetOptionsValidator : IValidateOptions<ChatWidgetOptions>
{
    public ValidateOptionsResult Validate(string? name, ChatWidgetOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(ChatWidgetOptions options)
    {
        if (!options.Prefix.StartsWith('/') || options.Prefix.Length < 2 || options.Prefix.EndsWith('/') || !options.Prefix.All(IsPathLetter))
            yield return $"ChatWidget: Prefix must be a path such as /_chat, of letters, digits, '-', '_', '.' and '/': it is '{options.Prefix}'.";
        if (!Accent.TryParse(options.Accent, out _))
            yield return $"ChatWidget: Accent must be a colour such as #2456c7: it is '{options.Accent}'.";
        if (options.AvatarUrl is not null && WidgetLink.Picture(options.AvatarUrl) is null)
            yield return "ChatWidget: AvatarUrl must be a path of this site that begins with a slash, or an https address.";
        if (options.PrivacyUrl is not null && WidgetLink.Page(options.PrivacyUrl) is null)
            yield return "ChatWidget: PrivacyUrl must be a path of this site that begins with a slash, or an http or https address.";
        if (options.Languages.Count == 0)
            yield return "ChatWidget: Languages must have at least one language.";
        if (options.Language is { } language && !options.Languages.ContainsKey(language))
            yield return $"ChatWidget: Language is '{language}', which is none of Languages: {string.Join(", ", options.Languages.Keys)}.";
        foreach (var unknown in WidgetTextNames.UnknownIn(options.Texts.Keys))
            yield return $"ChatWidget: Texts has '{unknown}', which is no property of WidgetTexts.";
    }

    private static bool IsPathLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/';
}
