using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>What is handed out when: certain HTML as early as it is certain, and never before.</summary>
public sealed class IncrementalFlowTests
{
    [Theory]
    [InlineData("# One", "")]
    [InlineData("# One\n", "<h1>One</h1>\n")]
    [InlineData("One\n", "")]
    [InlineData("One\n\n", "<p>One</p>\n")]
    [InlineData("One\r\n\r", "")]
    [InlineData("One\r\n\r\n", "<p>One</p>\n")]
    [InlineData("One\n# Two", "")]
    [InlineData("One\n# Two\n", "<p>One</p>\n<h1>Two</h1>\n")]
    [InlineData("One\n---\n", "<h2>One</h2>\n")]
    [InlineData("> One\nlazy\n", "")]
    [InlineData("> One\n\n", "<blockquote>\n<p>One</p>\n</blockquote>\n")]
    [InlineData("    One\n\n", "")]
    [InlineData("    One\n\nT\n", "<pre><code>One\n</code></pre>\n")]
    [InlineData("- one\n- two\n", "")]
    [InlineData("- one\n- two\n\n", "")]
    [InlineData("- one\n- two\n\nT", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n")]
    [InlineData("- one\n- two\n\n-", "")]
    [InlineData("1. one\n2. two\n\n3", "")]
    [InlineData("- one\n- two\nT", "")]
    [InlineData("- one\n\n- two\n", "<ul>\n<li><p>one</p>\n</li>\n")]
    [InlineData("- one\n\n  more\n- two\n- three", "<ul>\n<li><p>one</p>\n<p>more</p>\n</li>\n")]
    [InlineData("- one\n- two\n\n- three\n", "<ul>\n<li><p>one</p>\n</li>\n<li><p>two</p>\n</li>\n")]
    [InlineData("```cs\n", "<pre><code class=\"language-cs\">")]
    [InlineData("```cs\na\nb", "<pre><code class=\"language-cs\">a\n")]
    [InlineData("```cs\na\nb\n```", "<pre><code class=\"language-cs\">a\nb\n")]
    [InlineData("```cs\na\nb\n```\n", "<pre><code class=\"language-cs\">a\nb\n</code></pre>\n")]
    [InlineData("a|b\n", "")]
    [InlineData("a|b\n-|-\n", "<table>\n<thead>\n<tr>\n<th scope=\"col\">a</th>\n<th scope=\"col\">b</th>\n</tr>\n")]
    [InlineData("See [a](http://b.example).\n\n", "<p>See <a href=\"http://b.example\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\">a</a>.</p>\n")]
    [InlineData("- [x] done\n\nT", "<ul>\n<li>\u2611 done</li>\n</ul>\n")]
    [InlineData("See [a].\n\nNext.\n\n", "")]
    [InlineData("[b]: http://b.example\n\n[a][][b]\n\n", "")]
    [InlineData("See [a].\n\n[a]: http://b.example\n\n", "<p>See <a href=\"http://b.example\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\">a</a>.</p>\n")]
    public void Html_is_handed_out_once_it_is_certain(string text, string html) => Assert.Equal(html, Taken(text, out _));

    [Theory]
    [InlineData("`[a]` is code.")]
    [InlineData("\\[a\\] is escaped.")]
    [InlineData("[ ] and [] are no labels.")]
    [InlineData("[a](b) and ![c](d) have their targets.")]
    [InlineData("a] and [b have no counterpart.")]
    [InlineData("<http://a.example/[b]> is a URL.")]
    public void Brackets_that_cannot_be_references_hold_up_nothing(string text)
    {
        Assert.Equal(SafeMarkdown.ToHtml(text), Taken(text + "\n\n", out var markdown));
        Assert.Equal(0, markdown.OpenLength);
    }

    [Fact]
    public void After_the_last_definition_that_counts_no_brackets_wait()
    {
        var definitions = Enumerable.Range(0, ParsingLimits.MaxDefinitions).Select(i => $"[{i}]: http://b.example/{i}\n").ToList();
        Assert.Equal("", Taken(string.Concat(definitions.Skip(1)) + "\n[unknown]\n\n", out _));
        Assert.Equal("<p>[unknown]</p>\n", Taken(string.Concat(definitions) + "\n[unknown]\n\n", out _));
    }

    [Fact]
    public void Code_is_handed_out_line_by_line()
    {
        var markdown = new IncrementalMarkdown();
        markdown.Append("Look:\n\n```cs\n");
        Assert.Equal(["<p>Look:</p>\n", "<pre><code class=\"language-cs\">"], markdown.TakeFinal());
        for (var line = 0; line < 50; line++)
        {
            markdown.Append($"    Call({line}, \"");
            Assert.Empty(markdown.TakeFinal());
            Assert.Equal(new DraftHtml($"    Call({line}, &quot;", DraftContext.Preformatted), markdown.Draft());
            markdown.Append("x\");\n");
            Assert.Equal([$"    Call({line}, &quot;x&quot;);\n"], markdown.TakeFinal());
            Assert.Equal(0, markdown.OpenLength);
        }

        markdown.Append("``");
        Assert.Equal(new DraftHtml("", DraftContext.Preformatted), markdown.Draft());
        markdown.Append("`\n");
        Assert.Equal(["</code></pre>\n"], markdown.TakeFinal());
        Assert.Equal(new DraftHtml("", DraftContext.Block), markdown.Draft());
    }

    [Fact]
    public void A_table_is_handed_out_row_by_row()
    {
        var markdown = new IncrementalMarkdown();
        markdown.Append("|n|square|\n|-|-:|\n");
        Assert.Single(markdown.TakeFinal());
        for (var n = 0; n < 40; n++)
        {
            markdown.Append("|");
            Assert.Equal(new DraftHtml("", DraftContext.TableBody), markdown.Draft());
            markdown.Append($"{n}|**{n * n}");
            Assert.Empty(markdown.TakeFinal());
            Assert.Equal(new DraftHtml($"<tr>\n<td>{n}</td>\n<td class=\"align-right\">**{n * n}</td>\n</tr>\n", DraftContext.TableBody), markdown.Draft());
            markdown.Append("**|\n");
            Assert.EndsWith($"<tr>\n<td>{n}</td>\n<td class=\"align-right\"><strong>{n * n}</strong></td>\n</tr>\n", Assert.Single(markdown.TakeFinal()), StringComparison.Ordinal);
        }

        markdown.Append("\n");
        Assert.Equal(["</tbody>\n</table>\n"], markdown.TakeFinal());
    }

    [Fact]
    public void A_loose_list_is_handed_out_item_by_item()
    {
        var markdown = new IncrementalMarkdown();
        markdown.Append("7. one\n\n8. two\n");
        Assert.Equal(["<ol start=\"7\">\n<li><p>one</p>\n</li>\n"], markdown.TakeFinal());
        markdown.Append("   more");
        Assert.Equal(new DraftHtml("<ol start=\"8\">\n<li>two\nmore</li>\n</ol>\n", DraftContext.List), markdown.Draft());
        markdown.Append("\n\n9. *three*\n\n");
        Assert.Equal(["<li><p>two\nmore</p>\n</li>\n"], markdown.TakeFinal());
        markdown.Append("The");
        Assert.Equal(["<li><p><em>three</em></p>\n</li>\n</ol>\n"], markdown.TakeFinal());
        Assert.Equal(new DraftHtml("<p>The</p>\n", DraftContext.Block), markdown.Draft());
    }

    [Fact]
    public void A_draft_shows_everything_that_waits()
    {
        var markdown = new IncrementalMarkdown();
        markdown.Append("# Done\n\nSee [a], *now\n\n- one\n- two\n\n[b]: http://c.example\n\n[b] \uD83D");
        Assert.Equal(["<h1>Done</h1>\n"], markdown.TakeFinal());
        Assert.Equal(
            new DraftHtml(
                "<p>See [a], *now</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
                + "<p><a href=\"http://c.example\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\">b</a></p>\n",
                DraftContext.Block),
            markdown.Draft());
    }

    [Fact]
    public void A_draft_behind_a_row_that_waits_shows_what_follows_the_table()
    {
        var markdown = new IncrementalMarkdown();
        markdown.Append("[d]: http://d.example\n\n|a|b|\n|-|-|\n|1|2|\n|[c]|4|\n|[d]|6|\n\n*After.*\n\n");
        Assert.Single(markdown.TakeFinal());
        var draft = markdown.Draft();
        Assert.Equal(DraftContext.TableBody, draft.Context);
        Assert.StartsWith("<tr>\n<td>[c]</td>\n<td>4</td>\n</tr>\n<tr>\n<td><a href=\"http://d.example\"", draft.Html, StringComparison.Ordinal);
        Assert.EndsWith("<td>6</td>\n</tr>\n<tr>\n<td colspan=\"2\"><p><em>After.</em></p>\n</td>\n</tr>\n", draft.Html, StringComparison.Ordinal);
    }

    /// <summary>
    /// Of each reply, in pieces of 20 characters: the share of the time during which a character stays open, that is how much of what has arrived
    /// is not final, on the average. Without an incremental renderer it would be 1.
    /// </summary>
    [Theory]
    [InlineData(0, 0.35)]
    [InlineData(1, 0.20)]
    [InlineData(5, 0.30)]
    public void Most_of_a_typical_reply_is_final_while_it_arrives(int reply, double mostOpen)
    {
        var text = MarkdownCorpus.Replies[reply];
        var markdown = new IncrementalMarkdown();
        double open = 0;
        var arrived = 0;
        foreach (var chunk in text.Chunk(20))
        {
            markdown.Append(new string(chunk));
            markdown.TakeFinal();
            open += markdown.OpenLength;
            arrived += chunk.Length;
        }

        var shares = text.Chunk(20).Select((_, i) => Math.Min(text.Length, 20.0 * (i + 1))).Sum();
        Assert.Equal(text.Length, arrived);
        Assert.InRange(open / shares, 0.01, mostOpen);
    }

    [Fact]
    public void Nothing_is_added_to_a_complete_reply()
    {
        var markdown = new IncrementalMarkdown();
        markdown.Append("a");
        Assert.Equal(["<p>a</p>\n"], markdown.Complete());
        Assert.Empty(markdown.Complete());
        Assert.Empty(markdown.TakeFinal());
        Assert.Equal(new DraftHtml("", DraftContext.Block), markdown.Draft());
        Assert.Equal(0, markdown.OpenLength);
        Assert.Throws<InvalidOperationException>(() => markdown.Append("b"));
    }

    private static string Taken(string text, out IncrementalMarkdown markdown)
    {
        markdown = new IncrementalMarkdown();
        var taken = "";
        foreach (var c in text)
        {
            markdown.Append(c.ToString());
            taken += string.Concat(markdown.TakeFinal());
        }

        return taken;
    }
}
