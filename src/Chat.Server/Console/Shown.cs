using System.Globalization;
using Chat.Server.Http;

namespace Chat.Server.Console;

/// <summary>Figures and times as the pages show them: in English, in UTC, and the same on every machine.</summary>
internal static class Shown
{
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Credits to the thousandth, which is the price of a token at the usual rate.</summary>
    public static string Credits(decimal value) => value.ToString("#,##0.###", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset value) => value.ToUniversalTime().ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Day(DateOnly value) => value.ToString("ddd d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>How long a text is, in characters as the limits count them.</summary>
    public static string Length(string text) => text.Length == 0 ? "none" : $"{Number(text.ScalarCount())} characters";

    /// <summary>How long replies took.</summary>
    public static string Milliseconds(long value) => value < 1_000 ? $"{Number(value)} ms" : $"{(value / 1_000m).ToString("N1", CultureInfo.InvariantCulture)} s";
}
