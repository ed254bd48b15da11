using System.Reflection;

namespace Chat.Widget.Texts;

/// <summary>Changes texts by the names of their properties: what a tag's attributes and a panel's ticket hold.</summary>
internal static class WidgetTextNames
{
    private static readonly Dictionary<string, PropertyInfo> Properties = typeof(WidgetTexts)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.PropertyType == typeof(string) && property.CanWrite && property.Name is not (nameof(WidgetTexts.Language) or nameof(WidgetTexts.Locale)))
        .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyCollection<string> All => Properties.Keys;

    /// <summary>Those of the names that are no text's. Hyphens do not count: <c>error-daily</c> is <c>ErrorDaily</c>.</summary>
    public static IEnumerable<string> UnknownIn(IEnumerable<string> names) => names.Where(name => !Properties.ContainsKey(Plain(name)));

    /// <summary>The texts with some of them changed; names that are not known are passed over.</summary>
    public static WidgetTexts With(this WidgetTexts texts, IEnumerable<KeyValuePair<string, string>>? changes)
    {
        if (changes is null)
            return texts;
        WidgetTexts? changed = null;
        foreach (var (name, text) in changes)
        {
            if (!Properties.TryGetValue(Plain(name), out var property))
                continue;
            changed ??= texts with { };
            property.SetValue(changed, text);
        }

        return changed ?? texts;
    }

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
}
