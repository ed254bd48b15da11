using System.Diagnostics;
using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>
/// What makes Markdown parsers slow, deep or large. The bars are 50 ms for a message and 250 ms for a reply, measured by hand; the ceilings here
/// are twenty times that, so that only a change of order can break them, never a busy machine.
/// </summary>
public sealed class PathologicalTests
{
    private static readonly TimeSpan MessageCeiling = TimeSpan.FromMilliseconds(20 * 50);
    private static readonly TimeSpan ReplyCeiling = TimeSpan.FromMilliseconds(20 * 250);

    public static TheoryData<string> Shapes => [.. PathologicalShapes.Names];

    [Fact]
    public void There_are_more_than_sixty_shapes() => Assert.InRange(PathologicalShapes.Names.Count(), 60, 1_000);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_message_of_any_shape_is_quick_bounded_and_safe(string shape) =>
        Check(PathologicalShapes.Make(shape, PathologicalShapes.MessageLength), MessageCeiling);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_reply_of_any_shape_is_quick_bounded_and_safe(string shape) =>
        Check(PathologicalShapes.Make(shape, PathologicalShapes.ReplyLength), ReplyCeiling);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_reply_of_many_such_blocks_is_quick_bounded_and_safe(string shape) =>
        Check(PathologicalShapes.MakeBlocks(shape, PathologicalShapes.ReplyLength), ReplyCeiling);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void No_shape_needs_the_fallback_for_exceptions(string shape)
    {
        // ToHtml would hide them; the limits are there so that Markdig has nothing to refuse.
        foreach (var length in new[] { PathologicalShapes.MessageLength, PathologicalShapes.ReplyLength })
        {
            MarkdownPolicy.Render(PathologicalShapes.Make(shape, length), out var fault);
            Assert.Null(fault);
        }
    }

    [Fact]
    public void Every_shape_fits_on_a_small_stack()
    {
        var texts = PathologicalShapes.Names.Select(name => PathologicalShapes.Make(name, PathologicalShapes.ReplyLength)).ToList();
        var rendered = 0;
        var thread = new Thread(() => rendered = texts.Count(text => SafeMarkdown.ToHtml(text).Length >= 0), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal(texts.Count, rendered);
    }

    [Theory]
    [InlineData("- ")]
    [InlineData("> ")]
    [InlineData("1. ")]
    [InlineData("> - ")]
    public void A_container_deeper_than_the_limit_stays_text(string marker)
    {
        var html = SafeMarkdown.ToHtml(string.Concat(Enumerable.Repeat(marker, 100)) + "x");
        Assert.Equal(ParsingLimits.MaxContainers, Occurrences(html, "<li>") + Occurrences(html, "<blockquote>"));
        Assert.EndsWith("x", html[..html.IndexOf("</", StringComparison.Ordinal)].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_limit_on_containers_counts_what_is_open_not_what_came_before()
    {
        var deep = string.Concat(Enumerable.Repeat("- ", ParsingLimits.MaxContainers)) + "x\n";
        Assert.EndsWith("<blockquote>\n<p>y</p>\n</blockquote>\n", SafeMarkdown.ToHtml(deep + "> y"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_paragraph_beyond_the_limit_is_text_and_its_neighbours_are_not()
    {
        var html = SafeMarkdown.ToHtml("*a*\n\n" + string.Concat(Enumerable.Repeat("*b ", ParsingLimits.MaxSpecials + 1)) + "\n\n*c*");
        Assert.StartsWith("<p><em>a</em></p>\n<p>*b *b ", html, StringComparison.Ordinal);
        Assert.EndsWith("</p>\n<p><em>c</em></p>\n", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(51, false)]
    public void A_table_has_at_most_fifty_columns(int columns, bool isTable)
    {
        var row = string.Concat(Enumerable.Repeat("|-", columns)) + "|\n";
        Assert.Equal(isTable, SafeMarkdown.ToHtml(row.Replace('-', 'a') + row).Contains("<table>", StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_ordinary_table_after_text_stays_a_table()
    {
        var rows = string.Concat(Enumerable.Range(0, 400).Select(i => $"| item {i} | **{i}** | {i} EUR |\n"));
        var html = SafeMarkdown.ToHtml($"Our prices:\n\n| Item | Count | Price |\n|---|---|--:|\n{rows}\nThat is *all*.");
        Assert.Equal(401, Occurrences(html, "<tr>"));
        Assert.Equal(400, Occurrences(html, "<strong>"));
    }

    [Fact]
    public void A_definition_used_again_and_again_is_linked_only_so_often()
    {
        var html = SafeMarkdown.ToHtml($"[a]: http://b.example/{new string('c', 1_000)}\n\n{string.Concat(Enumerable.Repeat("[a] ", 400))}");
        Assert.InRange(Occurrences(html, "<a "), 1, 16);
        Assert.Empty(HtmlAllowList.Violations(html));
    }

    [Theory]
    [InlineData(99, 1)]
    [InlineData(100, 0)]
    public void The_first_hundred_definitions_are_honoured(int asked, int links)
    {
        var lines = string.Concat(Enumerable.Range(0, 150).Select(i => $"[{i}]: http://b.example/{i}\n"));
        Assert.Equal(links, Occurrences(SafeMarkdown.ToHtml($"[{asked}]\n\n{lines}"), "<a "));
    }

    [Fact]
    public void What_overruns_the_budget_is_shown_as_text_from_there_on()
    {
        var dense = string.Concat(Enumerable.Repeat(new string('>', ParsingLimits.MaxContainers) + "a\n\n", 1_000));
        var html = SafeMarkdown.ToHtml("*first*\n\n" + dense);

        Assert.StartsWith("<p><em>first</em></p>\n<blockquote>", html, StringComparison.Ordinal);
        Assert.EndsWith("&gt;a\n\n</pre>\n", html, StringComparison.Ordinal);
        Assert.Empty(HtmlAllowList.Violations(html));
    }

    private static void Check(string markdown, TimeSpan ceiling)
    {
        // The machine may be at something else for a second, but hardly each time.
        var (html, taken) = ("", TimeSpan.MaxValue);
        for (var attempt = 0; attempt < 4 && taken > ceiling; attempt++)
        {
            var clock = Stopwatch.StartNew();
            html = SafeMarkdown.ToHtml(markdown);
            taken = clock.Elapsed;
        }

        Assert.InRange(taken, TimeSpan.Zero, ceiling);
        Assert.InRange(html.Length, 0, OutputBudget.PerCharacter * markdown.Length + OutputBudget.Allowance);
        Assert.Empty(HtmlAllowList.Violations(html));
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}
