using Markdig.Helpers;

namespace Chat.Server.Rendering;

/// <summary>Lines as CommonMark counts them: each ends with a line feed, a carriage return or both.</summary>
internal static class TextLines
{
    /// <summary>Cuts one line off a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the line begins.</param>
    /// <param name="isEnd">Whether the text is over. If not, a line is complete only with its end, and a carriage return only with what follows.</param>
    /// <param name="line">The line, without its end.</param>
    /// <param name="next">Where the next line begins.</param>
    /// <returns>False when there is no complete line.</returns>
    public static bool TryCut(string text, int from, bool isEnd, out StringSlice line, out int next)
    {
        var length = text.AsSpan(from).IndexOfAny('\r', '\n');
        var end = length < 0 ? text.Length : from + length;
        var last = NewLineAt(text, end);
        next = end + last.Length();
        line = new StringSlice(text, from, end - 1, last);
        return isEnd ? from < text.Length : last is not NewLine.None && !(last is NewLine.CarriageReturn && next == text.Length);
    }

    private static NewLine NewLineAt(string text, int index) => text.AsSpan(index) switch
    {
        ['\r', '\n', ..] => NewLine.CarriageReturnLineFeed,
        ['\r', ..] => NewLine.CarriageReturn,
        ['\n', ..] => NewLine.LineFeed,
        _ => NewLine.None,
    };
}
