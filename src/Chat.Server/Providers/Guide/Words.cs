using System.Globalization;
using System.Text;

namespace Chat.Server.Providers.Guide;

/// <summary>
/// Reads text as words, the same way for knowledge and for questions: letters, digits and their marks only, so that a word can
/// never carry query syntax. Case, accents and English endings are left to SQLite's tokenizer.
/// </summary>
internal static class Words
{
    // Names that are told apart only by a sign that no tokenizer keeps.
    private static readonly (string Written, string Word)[] NamesWithSigns =
        [("c#", "csharp"), ("c++", "cplusplus"), ("f#", "fsharp"), (".net", "dotnet"), ("node.js", "node")];

    /// <summary>The words of the text in order, in lower case; scripts written without spaces come as overlapping pairs of characters.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var lower = text.ToLowerInvariant();
        foreach (var (written, word) in NamesWithSigns)
        {
            if (lower.Contains(written, StringComparison.Ordinal))
                lower = lower.Replace(written, $" {word} ", StringComparison.Ordinal);
        }

        var run = new StringBuilder();
        var isSpaceless = false;
        foreach (var rune in lower.EnumerateRunes())
        {
            // "what's" is one word; the apostrophe of typesetters counts too.
            if (rune.Value is '\'' or '’')
                continue;
            if (!IsPartOfWord(rune) || IsSpaceless(rune) != isSpaceless)
            {
                foreach (var word in Cut(run.ToString(), isSpaceless))
                    yield return word;
                run.Clear();
                isSpaceless = IsSpaceless(rune);
            }

            if (IsPartOfWord(rune))
                run.Append(rune.ToString());
        }

        foreach (var word in Cut(run.ToString(), isSpaceless))
            yield return word;
    }

    /// <summary>Whether the word is a character, or a pair, of a script that is written without spaces.</summary>
    public static bool IsSpaceless(string word) => Rune.TryGetRuneAt(word, 0, out var rune) && IsSpaceless(rune);

    /// <summary>Whether the word is hiragana only: in Japanese, nearly always grammar.</summary>
    public static bool IsHiragana(string word) => word.All(character => character is >= '\u3040' and <= '\u309f');

    private static IEnumerable<string> Cut(string run, bool isSpaceless)
    {
        if (!isSpaceless)
            return run.Length == 0 ? [] : [run];
        var runes = run.EnumerateRunes().ToArray();
        return runes.Length == 1 ? [run] : runes.Zip(runes.Skip(1), (first, second) => $"{first}{second}");
    }

    private static bool IsPartOfWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    // Thai to Myanmar, Khmer, kana, Han and its extensions. Hangul is written with spaces.
    private static bool IsSpaceless(Rune rune) => rune.Value is (>= 0x0e00 and <= 0x0eff) or (>= 0x1000 and <= 0x109f) or (>= 0x1780 and <= 0x17ff)
        or (>= 0x3040 and <= 0x30ff) or (>= 0x3400 and <= 0x4dbf) or (>= 0x4e00 and <= 0x9fff) or (>= 0xf900 and <= 0xfaff)
        or (>= 0x20000 and <= 0x3134f);
}
