using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax.Inlines;

namespace Chat.Server.Rendering;

/// <summary>
/// Markdig's parser of links, which notes where brackets were read as they are only because no definition of a reference is known: a definition
/// further down could make them a link.
/// </summary>
internal sealed class ReferenceWatch : LinkInlineParser
{
    private static readonly object Seen = new();

    /// <summary>Whether the block that <paramref name="processor"/> has just parsed could change with one more definition.</summary>
    public bool SawOpenReference(InlineProcessor processor) => processor.ParserStates[Index] is not null;

    /// <inheritdoc/>
    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        if (slice.CurrentChar != ']' || processor.Inline?.FirstParentOfType<LinkDelimiterInline>() is not { IsActive: true } opener)
            return base.Match(processor, ref slice);

        var bracket = slice;
        var isLink = base.Match(processor, ref slice);
        if (isLink ? TookTheNextLabel(processor, opener, bracket) : !IsBlank(bracket))
            processor.ParserStates[Index] = Seen;
        return isLink;
    }

    /// <summary>"[a][][b]" with only b defined is a link to b, in Markdig; with a defined as well it is one to a.</summary>
    private static bool TookTheNextLabel(InlineProcessor processor, LinkDelimiterInline opener, StringSlice bracket) =>
        opener.Label is null && bracket.PeekChar(1) == '[' && bracket.PeekChar(2) == ']' && processor.Inline is LinkInline { Reference: not null };

    /// <summary>"[ ]" is no label; nor is it the text of one that follows, unless one follows.</summary>
    private static bool IsBlank(StringSlice bracket)
    {
        var before = -1;
        while (bracket.PeekCharExtra(before).IsWhitespace())
            before--;
        return bracket.PeekCharExtra(before) == '[' && bracket.PeekCharExtra(before - 1) != '\\' && bracket.PeekChar(1) != '[';
    }
}
