using System.Text;

namespace Chat.Server.Http;

/// <summary>
/// The contract's idea of text: a character is a Unicode scalar value, as JSON Schema's <c>maxLength</c> counts, so an emoji
/// is one; NUL and unpaired surrogates are not text. (.NET's own length counts UTF-16 units, and engines stop at NUL.)
/// </summary>
public static class Unicode
{
    /// <summary>The number of Unicode scalar values.</summary>
    public static int ScalarCount(this string text)
    {
        var count = text.Length;
        foreach (var unit in text)
        {
            if (char.IsLowSurrogate(unit))
                count--;
        }

        return count;
    }

    /// <summary>Whether the text holds neither NUL nor an unpaired surrogate.</summary>
    public static bool IsStorable(this string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var consumed) != System.Buffers.OperationStatus.Done || rune.Value == 0)
                return false;
            rest = rest[consumed..];
        }

        return true;
    }
}
