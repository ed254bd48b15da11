using System.Buffers;

namespace Chat.Server.Rendering;

/// <summary>
/// Keeps text from saying one thing to a reader and another to a program. The letters and joiners that scripts and emoji need stay; what is
/// only good for hiding goes:
/// <list type="bullet">
/// <item>Tag characters and the rest of U+E0000 to U+E0FFF are dropped, but for the three flags that Unicode recommends (England, Scotland, Wales)
/// and for variation selectors.</item>
/// <item>Explicit bidirectional controls (embeddings, overrides, isolates) are dropped: the order of ordinary Arabic and Hebrew comes from
/// their letters. The marks LRM, RLM and ALM stay; they reorder nothing but their neighbours.</item>
/// <item>Zero-width joiners, non-joiners, spaces and variation selectors stay, one at a time: a run of them has no use in any script,
/// and can carry a message. A joiner after a variation selector stays, as in emoji.</item>
/// <item>Control characters, NUL and lone surrogates become U+FFFD.</item>
/// </list>
/// A value remembers, from one piece of text to the next, whether the last character could be seen.
/// </summary>
internal struct VisibleText
{
    private const string Replacement = "\uFFFD";
    private const char Joiner = '\u200D';

    // U+1F3F4, black flag, before one of these: gbeng, gbsct, gbwls, each closed by the cancel tag.
    private static readonly string[] RegionFlags =
    [
        "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
        "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
        "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F",
    ];

    private bool _afterHidden;
    private bool _afterSelector;

    /// <summary>The characters that <see cref="HtmlBuffer.Text"/> has to stop at; all others are copied.</summary>
    public static SearchValues<char> Watched { get; } = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(IsWatched)]);

    /// <summary>A character that can be seen has been written.</summary>
    public void Reset()
    {
        _afterHidden = false;
        _afterSelector = false;
    }

    /// <summary>What to write for the watched character at the start of <paramref name="text"/>: itself, nothing, or a replacement.</summary>
    /// <param name="text">Begins with one of <see cref="Watched"/>.</param>
    /// <param name="taken">How many UTF-16 units that stands for.</param>
    public ReadOnlySpan<char> Next(ReadOnlySpan<char> text, out int taken)
    {
        var c = text[0];
        taken = 1;
        if (char.IsSurrogate(c))
            return NextPair(text, out taken);
        if (IsDropped(c))
            return [];
        if (!IsHidden(c))
            return Seen(Replacement);
        return Hidden(text[..1], isSelector: c is >= '\uFE00' and <= '\uFE0F');
    }

    private ReadOnlySpan<char> NextPair(ReadOnlySpan<char> text, out int taken)
    {
        taken = 1;
        if (text.Length < 2 || !char.IsSurrogatePair(text[0], text[1]))
            return Seen(Replacement);

        taken = 2;
        var code = char.ConvertToUtf32(text[0], text[1]);
        switch (code)
        {
            case >= 0xE0100 and <= 0xE01EF:
                return Hidden(text[..2], isSelector: true);
            case >= 0xE0000 and <= 0xE0FFF or >= 0x1D173 and <= 0x1D17A or >= 0x1BCA0 and <= 0x1BCA3:
                return [];
            case 0x1F3F4:
                foreach (var flag in RegionFlags)
                {
                    if (text.StartsWith(flag, StringComparison.Ordinal))
                        taken = flag.Length;
                }

                return Seen(text[..taken]);
            default:
                return Seen(text[..2]);
        }
    }

    private ReadOnlySpan<char> Seen(ReadOnlySpan<char> text)
    {
        Reset();
        return text;
    }

    private ReadOnlySpan<char> Hidden(ReadOnlySpan<char> text, bool isSelector)
    {
        if (_afterHidden && !(_afterSelector && text is [Joiner]))
            return [];
        _afterHidden = true;
        _afterSelector = isSelector;
        return text;
    }

    private static bool IsWatched(char c) =>
        c is '<' or '>' or '&' or '"' || char.IsSurrogate(c) || IsControl(c) || IsDropped(c) || IsHidden(c);

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\t' or '\n' or '\r');

    private static bool IsDropped(char c) =>
        c is >= '\u202A' and <= '\u202E' or >= '\u2061' and <= '\u206F' or '\uFEFF' or >= '\uFFF9' and <= '\uFFFB';

    private static bool IsHidden(char c) =>
        c is '\u00AD' or >= '\u180B' and <= '\u180F' or >= '\u200B' and <= '\u200D' or '\u2060' or >= '\uFE00' and <= '\uFE0F';
}
