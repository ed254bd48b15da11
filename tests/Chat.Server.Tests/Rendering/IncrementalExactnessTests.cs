using System.Text;
using Chat.Server.Rendering;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Rendering;

/// <summary>
/// However a text is cut, its final pieces put together are what the whole renders to. 10,000 seeded cuttings; a failure names its seed and
/// the shortest text found that fails alike.
/// </summary>
public sealed class IncrementalExactnessTests
{
    private const int DraftEvery = 7;

    private static readonly int Mixtures = Extent.Of(5_000, oneIn: 5);
    private static readonly int Fragments = Extent.Of(2_000, oneIn: 5);
    private static readonly int References = Extent.Of(3_000, oneIn: 5);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Mixtures_of_lines_come_out_as_the_whole(int part)
    {
        for (var seed = part * Mixtures / 5; seed < (part + 1) * Mixtures / 5; seed++)
            Check(seed, MarkdownCorpus.Compose(new Random(seed)));
    }

    [Fact]
    public void Mixtures_of_fragments_come_out_as_the_whole()
    {
        for (var seed = 0; seed < Fragments; seed++)
            Check(seed, FuzzTests.Compose(seed));
    }

    [Fact]
    public void References_come_out_as_the_whole()
    {
        for (var seed = 0; seed < References; seed++)
            Check(seed, MarkdownCorpus.ComposeReferences(new Random(seed)));
    }

    [Fact]
    public void Replies_and_ordinary_constructs_come_out_as_the_whole()
    {
        foreach (var text in MarkdownCorpus.Replies.Concat(MarkdigEquivalenceTests.Texts))
        {
            for (var seed = 0; seed < 4; seed++)
                Check(seed, text);
        }
    }

    [Theory]
    [MemberData(nameof(PathologicalTests.Shapes), MemberType = typeof(PathologicalTests))]
    public void Hostile_shapes_come_out_as_the_whole(string shape)
    {
        Check(0, PathologicalShapes.Make(shape, 700));
        Check(1, PathologicalShapes.Make(shape, PathologicalShapes.ReplyLength), drafts: false);
        Check(2, PathologicalShapes.MakeBlocks(shape, 9_000), drafts: false);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(4_000)]
    public void What_overruns_the_budget_or_the_limit_comes_out_as_the_whole(int size)
    {
        var deep = string.Concat(Enumerable.Repeat(new string('>', ParsingLimits.MaxContainers) + "a\n\n", 1_200));
        var item = "- " + new string('"', 40) + string.Concat(Enumerable.Repeat("\n\n  > > > > > > > > > > > x", 400)) + "\n\n";
        var rows = "|" + string.Concat(Enumerable.Repeat("a|", 50)) + "\n|" + string.Concat(Enumerable.Repeat(":-:|", 50)) + "\n" + string.Concat(Enumerable.Repeat(new string('|', 51) + "\n", 400));
        var tooLong = string.Concat(Enumerable.Repeat("```\nx\n```\n\n- a\n\n- b\n\n", 8_000)) + "```\n" + new string('y', 100_000) + "\n\u200B\n\u200B\n";
        foreach (var text in new[] { deep, string.Concat(Enumerable.Repeat(item, 20)), rows, tooLong, "```\n" + tooLong, "a\n\n" + new string('z', SafeMarkdown.MaxLength) + "\r\n*b*\r" })
        {
            var pieces = new List<string>();
            var markdown = new IncrementalMarkdown();
            foreach (var chunk in text.Chunk(size))
            {
                markdown.Append(new string(chunk));
                pieces.AddRange(markdown.TakeFinal());
            }

            pieces.AddRange(markdown.Complete());
            Assert.Equal(SafeMarkdown.ToHtml(text), string.Concat(pieces));
            Assert.InRange(pieces.Sum(piece => piece.Length), 0, (OutputBudget.PerCharacter * text.Length) + OutputBudget.Allowance);
            Assert.Contains("<pre class=\"plain\">", string.Concat(pieces), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_renderer_that_takes_every_block_but_the_last_for_final_fails()
    {
        var failures = Enumerable.Range(0, 500).Count(seed =>
        {
            var text = MarkdownCorpus.Compose(new Random(seed));
            return NaiveIncrementalMarkdown.Render(Chunking.Cut(text, new Random(seed))) != SafeMarkdown.ToHtml(text);
        });
        Assert.InRange(failures, 50, 500);
    }

    private static void Check(int seed, string text, bool drafts = true)
    {
        if (Fault(seed, text, drafts) is not { } fault)
            return;
        var smallest = Shrink(text, shorter => Fault(seed, shorter, drafts) is not null);
        Assert.Fail($"Seed {seed}: {fault}\nSmallest: {Escape(smallest)}\nthat is: {Fault(seed, smallest, drafts)}");
    }

    private static string? Fault(int seed, string text, bool drafts)
    {
        var random = new Random(seed);
        var markdown = new IncrementalMarkdown();
        var taken = new StringBuilder();
        var count = 0;
        foreach (var chunk in Chunking.Cut(text, random))
        {
            markdown.Append(chunk);
            foreach (var piece in markdown.TakeFinal())
                taken.Append(piece.Length > 0 ? piece : throw new InvalidOperationException("An empty piece."));
            if (drafts && count++ % DraftEvery == 0 && DraftPage.Fault(taken.ToString(), markdown.Draft()) is { } fault)
                return fault;
        }

        markdown.Complete().ToList().ForEach(piece => taken.Append(piece));
        var whole = SafeMarkdown.ToHtml(text);
        return taken.ToString() == whole ? null : $"{Escape(taken.ToString())}\nis not\n{Escape(whole)}";
    }

    /// <summary>Leaves out ever smaller parts as long as the text still fails.</summary>
    private static string Shrink(string text, Func<string, bool> fails)
    {
        for (var size = text.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= text.Length;)
            {
                var shorter = text.Remove(at, size);
                if (fails(shorter))
                    text = shorter;
                else
                    at += size;
            }
        }

        return text;
    }

    private static string Escape(string text) => System.Text.Json.JsonSerializer.Serialize(text.Length > 3_000 ? text[..3_000] : text);
}
