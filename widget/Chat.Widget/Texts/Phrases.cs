using System.Globalization;

namespace Chat.Widget.Texts;

/// <summary>Numbers, waiting times and dates in a language's words.</summary>
internal static class Phrases
{
    /// <summary>A text with values put in; one that the owner wrote without their places, or wrongly, is shown as it is.</summary>
    public static string Format(this WidgetTexts texts, string format, params ReadOnlySpan<object?> values)
    {
        try
        {
            return string.Format(CultureOf(texts), format, values);
        }
        catch (FormatException)
        {
            return format;
        }
    }

    /// <summary>"Please try again in 20 seconds." Rounded up, so that it is never too early.</summary>
    public static string TryAgain(this WidgetTexts texts, TimeSpan wait) =>
        wait <= TimeSpan.Zero ? texts.TryAgainNow : texts.Format(texts.TryAgainIn, texts.Duration(wait));

    /// <summary>Seconds up to a minute and a half, minutes up to an hour and a half, then hours.</summary>
    public static string Duration(this WidgetTexts texts, TimeSpan wait) => wait.TotalSeconds switch
    {
        <= 90 => texts.Count(texts.Seconds, (int)Math.Ceiling(wait.TotalSeconds)),
        <= 90 * 60 => texts.Count(texts.Minutes, (int)Math.Ceiling(wait.TotalMinutes)),
        _ => texts.Count(texts.Hours, (int)Math.Ceiling(wait.TotalHours)),
    };

    /// <summary>A number with its noun.</summary>
    public static string Count(this WidgetTexts texts, string forms, int number)
    {
        var all = forms.Split('|');
        return texts.Format(all[Math.Min(FormOf(texts.Language, number), all.Length - 1)], number);
    }

    /// <summary>A whole number, its thousands grouped as the language groups them.</summary>
    public static string Number(this WidgetTexts texts, int number) => number.ToString("N0", CultureOf(texts));

    /// <summary>A time of day, as the language writes it.</summary>
    public static string Time(this WidgetTexts texts, DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("t", CultureOf(texts));

    /// <summary>A day and a time, as the language writes them.</summary>
    public static string DateAndTime(this WidgetTexts texts, DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("f", CultureOf(texts));

    // The categories of Unicode's plural rules that these languages use, in their order.
    private static int FormOf(string language, int number) => language.Split('-')[0].ToLowerInvariant() switch
    {
        "ar" => number switch { 1 => 0, 2 => 1, _ when number % 100 is >= 3 and <= 10 => 2, _ => 3 },
        "fr" => number <= 1 ? 0 : 1,
        _ => number == 1 ? 0 : 1,
    };

    private static CultureInfo CultureOf(WidgetTexts texts)
    {
        try
        {
            return CultureInfo.GetCultureInfo(texts.Locale ?? texts.Language);
        }
        catch (CultureNotFoundException)
        {
            // A site in globalization-invariant mode has none but this one.
            return CultureInfo.InvariantCulture;
        }
    }
}
