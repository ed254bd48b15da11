using Chat.Server.Rendering;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace Chat.Server.Tests.Rendering;

public sealed class BlockReaderTests
{
    [Fact]
    public void A_table_begins_with_its_header_not_with_the_line_that_makes_it_one()
    {
        var blocks = Read("text\n|a|b|\n|-|-|\n");
        Assert.Equal(5, blocks.OpenStart);
        Assert.IsType<Table>(blocks.Open);
        Assert.Equal((0, 5), (blocks.Closed.Peek().Start, blocks.Closed.Peek().End));
    }

    [Fact]
    public void A_heading_begins_with_its_text_not_with_its_underline()
    {
        var heading = Read("a\n\nb\nc\n---\n").Closed.Last();
        Assert.IsType<HeadingBlock>(heading.Block);
        Assert.Equal((3, 11), (heading.Start, heading.End));
    }

    [Fact]
    public void Blocks_follow_one_another_and_share_no_character()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var text = MarkdownCorpus.Compose(new Random(seed));
            var blocks = Read(text);
            blocks.Close();

            var end = 0;
            foreach (var block in blocks.Closed)
            {
                Assert.InRange(block.Start, end, block.End);
                end = block.End;
            }

            Assert.InRange(end, 0, text.Length);
            Assert.Null(blocks.Open);
        }
    }

    private static BlockReader Read(string text)
    {
        var blocks = new BlockReader();
        for (var from = 0; TextLines.TryCut(text, from, isEnd: true, out var line, out var next); from = next)
            blocks.Read(line, next);
        return blocks;
    }
}
