using System.Buffers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>Decides, before its inlines are parsed, whether a paragraph or heading is of a kind that Markdig parses in reasonable time and space.</summary>
internal static class InlineGuard
{
    // ':' and 'w' stand for the bare URLs that they may open.
    private static readonly SearchValues<char> Specials = SearchValues.Create("*_~[]<&\\`:w|");

    /// <summary>True when the block is within the figures of <see cref="ParsingLimits"/>.</summary>
    public static bool Allows(LeafBlock block)
    {
        var lines = block.Lines;
        var specials = lines.Count;
        var pipes = 0;
        var widest = 0;

        for (var i = 0; i < lines.Count; i++)
        {
            var before = pipes;
            Count(lines.Lines[i].Slice.AsSpan(), ref specials, ref pipes);
            widest = Math.Max(widest, pipes - before);
        }

        return specials <= ParsingLimits.MaxSpecials && AllowsTable(lines.Count, pipes, widest);
    }

    private static void Count(ReadOnlySpan<char> line, ref int specials, ref int pipes)
    {
        var previous = '\0';
        for (var next = line.IndexOfAny(Specials); next >= 0; next = line.IndexOfAny(Specials))
        {
            var special = line[next];
            // A run of one character is one delimiter, but brackets, entities and tags each count.
            var sameRun = next == 0 && special == previous && special is '*' or '_' or '~' or '`';
            if (special == '|')
                pipes++;
            else if (!sameRun && (special != 'w' || line[next..].StartsWith("www.", StringComparison.OrdinalIgnoreCase)))
                specials++;
            previous = special;
            line = line[(next + 1)..];
        }
    }

    /// <summary>A row of n cells has at most n + 1 pipes. A short row is filled up to the header's width, so a wide header multiplies every line.</summary>
    private static bool AllowsTable(int lines, int pipes, int widest) =>
        widest <= ParsingLimits.MaxColumns + 1 && (long)lines * widest - pipes <= ParsingLimits.MaxPaddedCells;
}
