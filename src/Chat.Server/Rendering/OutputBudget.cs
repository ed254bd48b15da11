namespace Chat.Server.Rendering;

/// <summary>
/// How long HTML may become. A table of short rows or a long reference used a thousand times multiplies its text by hundreds (security.md 0.5),
/// and no limit on the input alone prevents that.
/// </summary>
public static class OutputBudget
{
    /// <summary>Characters of HTML allowed for each character of Markdown.</summary>
    public const int PerCharacter = 10;

    /// <summary>Characters of HTML allowed on top, so that a short text may hold something dense.</summary>
    public const int Allowance = 64 * 1024;

    /// <summary>
    /// The length that HTML may have when the first <paramref name="consumed"/> characters are rendered. It depends on nothing that comes later,
    /// so a text rendered block by block as it arrives meets the same limits as the whole. The room that the plain form needs is kept free, and
    /// that of the closing tags before it.
    /// </summary>
    internal static int After(int consumed) => PerCharacter * consumed + Allowance - PlainText.Overhead - SafeHtmlRenderer.LongestClosing;
}
