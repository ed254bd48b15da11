using System.Globalization;
using System.Text;

namespace Chat.Server.Tests.Streaming;

/// <summary>
/// A streamed answer of an upstream, written in one of the many ways that the protocol allows and cut at any byte, from a seed:
/// the text and the bytes that carry it. In the text are what a careless parser stumbles over.
/// </summary>
internal sealed class UpstreamWire
{
    private static readonly string[] Words =
    [
        "word ", "data: x", "data:", "[DONE]", "data: [DONE]", "\n\n", "\r\n", "\r", "event: error\n", ": comment\n", "😀", "👨‍👩‍👧", "é", "漢字", "\u2028", "\u0085",
        "\uFEFF", "\"", "\\", "\\ud83d", "\t", "{\"error\":1}", "</p>", "* item\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "```\ncode\n```\n", "[1]: http://x\n", " ",
    ];

    private readonly Random _random;
    private readonly StringBuilder _wire = new();
    private readonly string _newLine;

    public UpstreamWire(int seed)
    {
        _random = new Random(seed);
        _newLine = _random.Next(3) switch { 0 => "\n", 1 => "\r\n", _ => "\r" };
        Text = string.Concat(Enumerable.Range(0, _random.Next(1, 30)).Select(_ => Words[_random.Next(Words.Length)]));
        Write();
        Bytes = [.. _random.Next(8) == 0 ? Encoding.UTF8.GetPreamble() : [], .. Encoding.UTF8.GetBytes(_wire.ToString())];
    }

    /// <summary>What the upstream says.</summary>
    public string Text { get; }

    /// <summary>How it says so.</summary>
    public byte[] Bytes { get; }

    /// <summary>The bytes, cut: a quarter of the seeds into single ones, the others anywhere, within characters too.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Chunks()
    {
        var longest = _random.Next(4) switch { 0 => 1, 1 => 3, 2 => 20, _ => 400 };
        for (var at = 0; at < Bytes.Length;)
        {
            var length = Math.Min(_random.Next(1, longest + 1), Bytes.Length - at);
            yield return Bytes.AsMemory(at, length);
            at += length;
        }
    }

    private void Write()
    {
        for (var at = 0; at < Text.Length;)
        {
            // Cut anywhere: between the halves of a surrogate pair, each is then escaped in JSON of its own.
            var length = Math.Min(_random.Next(1, 12), Text.Length - at);
            Noise();
            Event($"{{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{Json(Text.AsSpan(at, length))}}}}}]}}");
            at += length;
        }

        Event("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
        Noise();
        if (_random.Next(2) == 0)
            Event("""{"choices":[],"usage":{"prompt_tokens":41,"completion_tokens":9}}""");
        if (_random.Next(8) > 0)
            Event("[DONE]");
    }

    private void Event(string data)
    {
        var space = _random.Next(4) > 0 ? " " : "";
        if (_random.Next(8) == 0)
            Line("event: message");
        if (_random.Next(8) == 0)
            Line("id: 7");
        // JSON allows a line break after its first brace; the protocol then writes two lines of data.
        if (data[0] == '{' && _random.Next(6) == 0)
        {
            Line($"data:{space}{{");
            data = data[1..];
        }

        Line($"data:{space}{data}");
        Line("");
    }

    private void Noise()
    {
        switch (_random.Next(10))
        {
            case 0: Line(": keep-alive"); Line(""); break;
            case 1: Line(":"); break;
            case 2: Line("retry: 1000"); Line(""); break;
            case 3: Event("""{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"""); break;
        }
    }

    private void Line(string text) => _wire.Append(text).Append(_newLine);

    private string Json(ReadOnlySpan<char> text)
    {
        var json = new StringBuilder("\"");
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && _random.Next(2) == 0)
                json.Append(text[i]).Append(text[++i]);
            else if (text[i] is '"' or '\\' || char.IsControl(text[i]) || char.IsSurrogate(text[i]) || _random.Next(5) == 0)
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            else
                json.Append(text[i]);
        }

        return json.Append('"').ToString();
    }
}
