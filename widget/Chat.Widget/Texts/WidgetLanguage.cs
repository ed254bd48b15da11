using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;

namespace Chat.Widget.Texts;

/// <summary>Chooses a language: what is set, else the request's culture where the site has one, else what the visitor prefers.</summary>
internal static class WidgetLanguage
{
    // A header of hundreds of languages is nobody's preference.
    private const int MaxPreferences = 20;

    public static WidgetTexts Of(ChatWidgetOptions options, HttpContext context, string? wanted)
    {
        var texts = TextsOf(options, context, wanted);
        return texts.Locale is null ? texts with { Locale = LocaleOf(context, texts.Language) } : texts;
    }

    private static WidgetTexts TextsOf(ChatWidgetOptions options, HttpContext context, string? wanted) =>
        Find(options, wanted)
        ?? Find(options, options.Language)
        ?? Find(options, context.Features.Get<IRequestCultureFeature>()?.RequestCulture.UICulture)
        ?? Preferred(options, context)
        ?? options.Languages.First().Value;

    private static WidgetTexts? Preferred(ChatWidgetOptions options, HttpContext context) =>
        Preferences(context).Select(language => Find(options, language)).FirstOrDefault(texts => texts is not null);

    // The visitor's own kind of the language: "en-GB" for English texts, and never "de-AT".
    private static string? LocaleOf(HttpContext context, string language) =>
        Preferences(context).FirstOrDefault(preference => preference is not null && Root(preference).Equals(Root(language), StringComparison.OrdinalIgnoreCase) && IsCulture(preference));

    private static IEnumerable<string?> Preferences(HttpContext context) => context.Request.GetTypedHeaders().AcceptLanguage
        .Take(MaxPreferences)
        .OrderByDescending(language => language.Quality ?? 1)
        .Where(language => language.Quality is not 0)
        .Select(language => language.Value.Value);

    private static string Root(string language) => language.Split('-')[0];

    // One that the system knows: any other that is well-formed would be made up on the spot, and kept for ever.
    private static bool IsCulture(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name, predefinedOnly: true).Name.Length > 0;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    private static WidgetTexts? Find(ChatWidgetOptions options, CultureInfo? culture) => string.IsNullOrEmpty(culture?.Name) ? null : Find(options, culture.Name);

    // "de-AT" is "de" where there is nothing nearer.
    private static WidgetTexts? Find(ChatWidgetOptions options, string? language)
    {
        for (var name = language; !string.IsNullOrEmpty(name);)
        {
            if (options.Languages.TryGetValue(name, out var texts))
                return texts;
            var end = name.LastIndexOf('-');
            name = end < 0 ? null : name[..end];
        }

        return null;
    }
}
