using System.Text;

namespace Chat.Server.Rendering;

/// <summary>
/// Renders a reply while it arrives. The pieces that it hands out are never taken back: put one after the other they are what
/// <see cref="SafeMarkdown.ToHtml"/> makes of the whole text, character for character, however the text was cut. One instance serves one reply
/// and is not safe for several threads. It never throws for what a text holds.
/// <para>
/// What becomes certain when:
/// <list type="bullet">
/// <item>A heading or rule: with the end of its line.</item>
/// <item>A paragraph, quote or indented code: with the blank line below it, or with the end of the first line that begins another block.</item>
/// <item>Fenced code on the top level: line by line.</item>
/// <item>A table on the top level: row by row, once its line of dashes is complete.</item>
/// <item>A list: when it is over, which only the first character of what follows shows. A blank line between two items marks up the paragraphs of all
/// items, those before included; from then on items are handed out one by one, each when the next begins.</item>
/// <item>Brackets that could refer to a definition further down, such as "[1]" or "[Name]", keep their block and what follows it waiting: until the
/// definition comes, until <see cref="ParsingLimits.MaxDefinitions"/> are there, or until the reply is over.</item>
/// </list>
/// All that waits can be shown by <see cref="Draft"/>.
/// </para>
/// <para>
/// Work is done line by line and never twice, but for blocks with such brackets, which may be reread a bounded number of times: a reply costs
/// about as much as its whole rendering, however small its pieces. A draft costs as much as rendering <see cref="OpenLength"/> characters.
/// </para>
/// </summary>
public sealed partial class IncrementalMarkdown
{
    private readonly StringBuilder _text = new();
    private readonly HtmlBuffer _html = new(1_024);
    private readonly BlockwiseRenderer _renderer;
    private int _lineStart;
    private int _taken;
    private bool _mayHoldLine;
    private bool _isComplete;
    private int? _plainTo;

    /// <summary>Begins a reply.</summary>
    public IncrementalMarkdown() => _renderer = new BlockwiseRenderer(_html);

    /// <summary>How much of the text is not covered by pieces handed out, in UTF-16 units.</summary>
    public int OpenLength => _text.Length - (_plainTo ?? _renderer.Rendered);

    /// <summary>Adds the next part of the reply.</summary>
    /// <param name="text">Of any length, cut anywhere, between the two halves of a character as well.</param>
    /// <exception cref="InvalidOperationException">The reply is complete.</exception>
    public void Append(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_isComplete)
            throw new InvalidOperationException("The reply is complete.");
        _text.Append(text);
        _mayHoldLine |= text.AsSpan().ContainsAny('\r', '\n');
    }

    /// <summary>
    /// The HTML that has become certain since the last call. A piece is a block or several parts of one, and may leave an element open that a later
    /// piece closes: see <see cref="DraftContext"/>.
    /// </summary>
    /// <returns>Pieces in order, none of them empty; often none at all.</returns>
    public IReadOnlyList<string> TakeFinal()
    {
        if (_isComplete)
            return [];
        var isRead = _mayHoldLine;
        if (isRead)
            ReadLines(isEnd: false);
        var isEnded = _text.Length > _lineStart && _renderer.BeginLine(_text[_lineStart]);
        return isRead || isEnded ? Release() : [];
    }

    /// <summary>The reply is over: the rest of its HTML.</summary>
    /// <returns>As <see cref="TakeFinal"/>. Every element is closed after the last piece.</returns>
    public IReadOnlyList<string> Complete()
    {
        if (_isComplete)
            return [];
        _isComplete = true;
        ReadLines(isEnd: true);
        _renderer.Finish();
        var pieces = Release();
        _html.Dispose();
        return pieces;
    }

    private void ReadLines(bool isEnd)
    {
        var text = _text.ToString(_lineStart, _text.Length - _lineStart);
        _lineStart += _renderer.Read(text, offset: _lineStart, isEnd);
        // A carriage return at the end waits for the line feed that may follow it.
        _mayHoldLine = text.EndsWith('\r');
    }

    private IReadOnlyList<string> Release()
    {
        var pieces = new List<string>();
        bool isMore;
        do
        {
            isMore = _renderer.ReleaseNext();
            if (!isMore && _renderer.PlainFrom is { } plain)
                WritePlain(plain);
            if (_html.Length > _taken)
                pieces.Add(_html.From(_taken));
            _taken = _html.Length;
        }
        while (isMore);

        return pieces;
    }

    /// <summary>Line by line, as no character or flag reaches across the end of one.</summary>
    private void WritePlain(int from)
    {
        var start = _plainTo ?? from;
        var text = _text.ToString(start, _lineStart - start);
        if (_plainTo is null)
            PlainText.Open(_html, text);
        _html.Text(text);
        _plainTo = _lineStart;
        if (_isComplete)
            PlainText.Close(_html);
    }
}
