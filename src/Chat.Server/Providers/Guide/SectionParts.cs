namespace Chat.Server.Providers.Guide;

/// <summary>
/// Cuts a long section at its paragraphs, so that an answer stays readable in a chat window. A code block is never cut, and a
/// sentence that ends in a colon stays with what it announces.
/// </summary>
internal static class SectionParts
{
    /// <summary>The length, in UTF-16 units, that a part does not pass unless one code block alone does: about one screen of a widget.</summary>
    public const int MaxLength = 1_800;

    /// <summary>The parts in order; none when the text is blank.</summary>
    public static IEnumerable<string> Of(string markdown)
    {
        var part = "";
        foreach (var block in Blocks(markdown).SelectMany(Shorten))
        {
            if (part.Length > 0 && part.Length + 2 + block.Length > MaxLength)
            {
                yield return part;
                part = "";
            }

            part = part.Length == 0 ? block : part + "\n\n" + block;
        }

        if (part.Length > 0)
            yield return part;
    }

    /// <summary>The text cut at blank lines outside code fences; joined with one blank line each, it renders the same.</summary>
    public static IEnumerable<string> Blocks(string markdown)
    {
        MarkdownBlocks.Fence? fence = null;
        var block = new List<string>();
        var followsBlank = false;
        foreach (var line in markdown.Split('\n'))
        {
            if (fence is null && string.IsNullOrWhiteSpace(line))
            {
                followsBlank = block.Count > 0;
                continue;
            }

            if (followsBlank && block[^1].TrimEnd().EndsWith(':'))
            {
                block.Add("");
            }
            else if (followsBlank)
            {
                yield return string.Join('\n', block);
                block.Clear();
            }

            followsBlank = false;
            fence = fence is { } open ? (open.IsClosedBy(line) ? null : fence) : MarkdownBlocks.FenceOpenedBy(line);
            block.Add(line);
        }

        if (block.Count > 0)
            yield return string.Join('\n', block);
    }

    private static IEnumerable<string> Shorten(string block)
    {
        var start = 0;
        var isCode = block.Contains("```", StringComparison.Ordinal) || block.Contains("~~~", StringComparison.Ordinal);
        while (!isCode && block.Length - start > MaxLength)
        {
            var cut = start + LengthOfPart(block.AsSpan(start, MaxLength));
            yield return block[start..cut].TrimEnd();
            start = cut;
        }

        yield return block[start..];
    }

    private static int LengthOfPart(ReadOnlySpan<char> text)
    {
        foreach (var end in (ReadOnlySpan<string>)["\n", ". ", "。", " "])
        {
            // A cut in the first half would leave crumbs.
            if (text.LastIndexOf(end, StringComparison.Ordinal) is var at && at > MaxLength / 2)
                return at + end.Length;
        }

        return char.IsHighSurrogate(text[^1]) ? MaxLength - 1 : MaxLength;
    }
}
