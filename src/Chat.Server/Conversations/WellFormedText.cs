using System.Text;

namespace Chat.Server.Conversations;

/// <summary>
/// Makes a text that comes in pieces fit to be kept and sent, piece by piece: an upstream may cut a surrogate pair in two,
/// each half escaped in JSON of its own. Halves that never meet, and NUL, at which stores end a text, become U+FFFD.
/// </summary>
internal sealed class WellFormedText
{
    private const char Replacement = '\uFFFD';

    private char? _half;

    /// <summary>The next piece, whole characters only; empty where there is none yet.</summary>
    public string Next(string piece)
    {
        if (piece.Length == 0)
            return "";
        var text = _half is { } half ? half + piece : piece;
        _half = char.IsHighSurrogate(text[^1]) ? text[^1] : null;
        return Mended(_half is null ? text : text[..^1]);
    }

    /// <summary>What is left at the end.</summary>
    public string Rest()
    {
        var rest = _half is null ? "" : Replacement.ToString();
        _half = null;
        return rest;
    }

    private static string Mended(string text)
    {
        if (!NeedsMending(text))
            return text;
        var mended = new StringBuilder(text.Length);
        // The enumeration itself gives U+FFFD for half a pair.
        foreach (var rune in text.EnumerateRunes())
            mended.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return mended.ToString();
    }

    private static bool NeedsMending(ReadOnlySpan<char> text)
    {
        // Most texts have neither, and need but one look.
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0'))
            return false;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) != System.Buffers.OperationStatus.Done || rune.Value == 0)
                return true;
            text = text[consumed..];
        }

        return false;
    }
}
