using System.Buffers;

namespace Chat.Server.Rendering;

/// <summary>
/// HTML in the making: a pooled buffer that refuses to grow past <see cref="Limit"/>. Markup comes in through <see cref="Raw"/>, always a constant
/// of ours; what a text says only through <see cref="Text"/> and <see cref="Url"/>, which escape it. Not safe for several threads.
/// </summary>
internal sealed class HtmlBuffer(int capacity) : IDisposable
{
    private static readonly SearchValues<char> NotInUrl = SearchValues.Create(
        [.. Enumerable.Range(0, 0x80).Select(code => (char)code).Where(c => !char.IsAsciiLetterOrDigit(c) && !"!#$%()*+,-./:;=?@_".Contains(c))]);

    private char[] _chars = ArrayPool<char>.Shared.Rent(capacity);
    private int _length;
    private VisibleText _visible;

    /// <summary>The length at which writing fails; no limit at first.</summary>
    public int Limit { get; set; } = int.MaxValue;

    /// <summary>How much has been written. Setting it takes back what came after.</summary>
    public int Length
    {
        get => _length;
        set => _length = Math.Min(value, _length);
    }

    /// <summary>Begins a new line unless one has just begun.</summary>
    public void EndLine()
    {
        if (_length > 0 && _chars[_length - 1] != '\n')
            Raw("\n");
    }

    /// <summary>Appends markup.</summary>
    /// <exception cref="OutputOverrunException">The limit is reached.</exception>
    public void Raw(ReadOnlySpan<char> markup)
    {
        Reserve(markup.Length);
        markup.CopyTo(_chars.AsSpan(_length));
        _length += markup.Length;
    }

    /// <summary>Appends text: escaped, and without what cannot be seen (<see cref="VisibleText"/>).</summary>
    /// <exception cref="OutputOverrunException">The limit is reached.</exception>
    public void Text(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAny(VisibleText.Watched);
            if (plain != 0)
            {
                _visible.Reset();
                Raw(plain < 0 ? text : text[..plain]);
                if (plain < 0)
                    return;
                text = text[plain..];
            }

            var taken = 1;
            Raw(text[0] switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '"' => "&quot;",
                _ => _visible.Next(text, out taken),
            });
            text = text[taken..];
        }
    }

    /// <summary>Appends a URL for an attribute in double quotes: the same characters are percent-encoded as by Markdig.</summary>
    /// <exception cref="OutputOverrunException">The limit is reached.</exception>
    public void Url(ReadOnlySpan<char> url)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in url.EnumerateRunes())
        {
            if (rune.Value == '&')
                Raw("&amp;");
            else if (rune.IsAscii && !NotInUrl.Contains((char)rune.Value))
                Raw([(char)rune.Value]);
            else
                Percent(utf8[..rune.EncodeToUtf8(utf8)]);
        }
    }

    /// <summary>What has been written from <paramref name="start"/> on.</summary>
    public string From(int start) => new(_chars, start, _length - start);

    /// <inheritdoc/>
    public override string ToString() => From(0);

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_chars);
        _chars = [];
        _length = 0;
    }

    private void Percent(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            Raw(['%', "0123456789ABCDEF"[value >> 4], "0123456789ABCDEF"[value & 15]]);
    }

    private void Reserve(int more)
    {
        if (more > Limit - _length)
            throw new OutputOverrunException();
        if (more <= _chars.Length - _length)
            return;

        var larger = ArrayPool<char>.Shared.Rent(Math.Max(_length + more, 2 * _chars.Length));
        _chars.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(_chars);
        _chars = larger;
    }
}

/// <summary>A block's HTML would be longer than its share of the budget.</summary>
internal sealed class OutputOverrunException : Exception;
