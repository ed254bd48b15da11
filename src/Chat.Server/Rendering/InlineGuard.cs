using System.Buffers;
using Markdig.Syntax;

namespace Chat.Server.Rendering;

/// <summary>Decides, before its inlines are parsed, whether a paragraph or heading is of a kind that Markdig parses in reasonable time and space.</summary>
internal static class InlineGuard
{
    // ':' and 'w' stand for the bare URLs that they may open.
    private static readonly SearchValues<char> Specials = SearchValues.Create("*_~[]<&\\`:w");

    /// <summary>True when the block is within <see cref="ParsingLimits.MaxSpecials"/>.</summary>
    public static bool Allows(LeafBlock block)
    {
        var specials = block.Lines.Count;
        for (var i = 0; i < block.Lines.Count && specials <= ParsingLimits.MaxSpecials; i++)
            specials += Count(block.Lines.Lines[i].Slice.AsSpan());
        return specials <= ParsingLimits.MaxSpecials;
    }

    private static int Count(ReadOnlySpan<char> line)
    {
        var specials = 0;
        var previous = '\0';
        for (var next = line.IndexOfAny(Specials); next >= 0; next = line.IndexOfAny(Specials))
        {
            var special = line[next];
            // A run of one character is one delimiter, but brackets, entities and tags each count.
            var sameRun = next == 0 && special == previous && special is '*' or '_' or '~' or '`';
            if (!sameRun && (special != 'w' || line[next..].StartsWith("www.", StringComparison.OrdinalIgnoreCase)))
                specials++;
            previous = special;
            line = line[(next + 1)..];
        }

        return specials;
    }
}
