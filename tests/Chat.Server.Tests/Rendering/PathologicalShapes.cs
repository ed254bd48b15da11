using System.Text;

namespace Chat.Server.Tests.Rendering;

/// <summary>
/// Inputs that have made some Markdown parser slow, deep or large: the classes that cmark and markdown-it test for, the shapes measured
/// for this product's threat list, and some more of the same kind. Each grows to any length, so that the same list serves a message and a reply.
/// </summary>
internal static class PathologicalShapes
{
    /// <summary>The longest message, in characters.</summary>
    public const int MessageLength = 2_000;

    /// <summary>The reply length of the time bar, in characters.</summary>
    public const int ReplyLength = 32 * 1024;

    private static readonly Dictionary<string, Func<int, string>> Shapes = new(StringComparer.Ordinal)
    {
        // Containers
        ["nested list, then blank lines"] = n => Fill("- ", n / 2) + "x" + new string('\n', n / 2),
        ["nested ordered list, then blank lines"] = n => Fill("1. ", n / 2) + "x" + new string('\n', n / 2),
        ["nested list, then spaced blank lines"] = n => Fill("- ", n / 3) + "x" + Fill("\n  ", n * 2 / 3),
        ["list at the marker limit, then blank lines"] = n => Fill("- ", 64) + "x" + new string('\n', n - 65),
        ["list at the marker limit, repeated"] = n => Fill(Fill("- ", 64) + "x\n\n", n),
        ["list one level deeper per line"] = n => Staircase("- x\n", "  ", n),
        ["list one level deeper per line, then blank lines"] = n => Staircase("* x\n", "  ", n / 2) + new string('\n', n / 2),
        ["list deeper by tabs"] = n => Staircase("- x\n", "\t", n),
        ["ordered list one level deeper per line"] = n => Staircase("1. x\n", "   ", n),
        ["nested quotes"] = n => new string('>', n - 1) + "x",
        ["nested spaced quotes"] = n => Fill("> ", n),
        ["nested quotes, lazy lines"] = n => new string('>', n / 2) + "x" + Fill("\nx", n / 2),
        ["quotes at the marker limit, lazy lines"] = n => Fill("> ", 64) + "x" + Fill("\nx", n - 65),
        ["quotes at the marker limit, repeated"] = n => Fill(Fill("> ", 64) + "x\n", n),
        ["quotes and lists in turn"] = n => Fill("> - ", n),
        ["quotes and lists in turn, each line"] = n => Fill(Fill("> - ", 56) + "a\n", n),
        ["empty list items"] = n => Fill("-\n", n),
        ["empty list items, marker changing"] = n => Fill("-\n*\n+\n", n),
        ["list items and blank lines in turn"] = n => Fill("- a\n\n\n", n),
        ["blank lines in one item"] = n => "- a" + new string('\n', n - 4) + "b",
        ["indented deep"] = n => Fill(new string(' ', 200) + "x\n", n),
        ["tabs"] = n => new string('\t', n - 1) + "x",
        ["setext underlines"] = n => Fill("a\n-\n", n),
        ["one paragraph of short lines"] = n => Fill("a\n", n),
        ["one paragraph, then an underline"] = n => Fill("a\n", n - 4) + "===\n",
        ["same headings"] = n => Fill("# a\n", n),
        ["headings of hashes"] = n => "# " + Fill("# ", n),
        ["heading, spaces, hash"] = n => "# a" + new string(' ', n - 5) + "b#",
        ["thematic break, nearly"] = n => Fill("* ", n - 1) + "a",
        ["thematic breaks"] = n => Fill("***\n", n),
        ["fence never closed"] = n => "```\n" + Fill("``\n", n - 4),
        ["fences opened and closed"] = n => Fill("```a\n```\n", n),
        ["long fence lines"] = n => Fill(new string('~', 100) + "\n", n),
        ["fence info of entities"] = n => "```" + Fill("&amp;", n - 3),
        // Emphasis
        ["emphasis opened"] = n => Fill("*a ", n),
        ["emphasis opened by underscores"] = n => Fill("_a ", n),
        ["emphasis closed"] = n => Fill("a* ", n),
        ["emphasis closed by underscores"] = n => Fill("a_ ", n),
        ["emphasis openers, then closers"] = n => Fill("*a ", n / 2) + Fill("a* ", n / 2),
        ["emphasis, alternating"] = n => Fill("*a _b ", n / 2) + Fill("b_ a* ", n / 2),
        ["strong nested"] = n => Fill("**a ", n / 2) + Fill("b** ", n / 2),
        ["strong in strong"] = n => Fill("*a **a ", n / 2) + Fill("b** b* ", n / 2),
        ["emphasis, mismatched"] = n => Fill("a**b c* ", n),
        ["emphasis and underscore, mismatched"] = n => Fill("*_* ", n),
        ["emphasis runs by the rule of three"] = n => Fill("a***b**c*", n),
        ["one run of stars"] = n => "a" + new string('*', n - 2) + "b",
        ["two runs of stars"] = n => new string('*', n / 2) + "a" + new string('*', n / 2 - 1),
        ["strikethrough opened"] = n => Fill("~~a ", n),
        ["strikethrough nested"] = n => Fill("~~a ", n / 2) + Fill("a~~ ", n / 2),
        ["one run of tildes"] = n => "a" + new string('~', n - 1),
        ["underscores in words"] = n => Fill("a_", n),
        // Links
        ["brackets opened"] = n => new string('[', n),
        ["brackets opened with text"] = n => Fill("[a", n),
        ["brackets nested"] = n => new string('[', n / 2) + "a" + new string(']', n / 2 - 1),
        ["brackets closed"] = n => new string(']', n),
        ["image brackets opened"] = n => Fill("![", n),
        ["image links nested"] = n => Fill("![[]()", n),
        ["images nested"] = n => Fill("![", n / 3) + "a" + Fill("](b)", n * 2 / 3),
        ["link opened, destination opened"] = n => Fill("[a](b", n),
        ["link opened, pointy destination opened"] = n => Fill("[a](<b", n),
        ["link destination of brackets"] = n => "[a](" + new string('(', n - 4),
        ["link destinations of brackets"] = n => Fill("[a](" + new string('(', 31), n),
        ["link title opened"] = n => Fill("[a](b \"c", n),
        ["link titles of backslashes"] = n => "[a](b \"" + new string('\\', n - 7),
        ["links, good"] = n => Fill("[a](/b)", n),
        ["links, good, absolute"] = n => Fill("[a](http://b)", n),
        ["links with emphasis inside"] = n => Fill("[*a*](/b)", n),
        ["emphasis and link openers"] = n => Fill("*[", n),
        ["emphasis across link openers"] = n => Fill("**x [a*b**c*](d ", n),
        ["reference labels, none defined"] = n => Fill("[a][b]", n),
        ["long label in brackets"] = n => Fill("[" + new string('a', 990), n),
        ["label of nested brackets"] = n => "[" + Fill("\\[", n - 2) + "]",
        ["reference bomb"] = n => "[a]: http://" + new string('b', n / 2) + "\n\n" + Fill("[a]", n / 2 - 12),
        ["reference bomb, short target"] = n => "[a]: http://b\n\n" + Fill("[a] ", n - 16),
        ["reference bomb, in a list"] = n => "[a]: http://" + new string('b', n / 2) + "\n\n" + Fill("- [a]\n", n / 2 - 12),
        ["reference bomb, image"] = n => "[a]: http://" + new string('b', n / 2) + "\n\n" + Fill("![a][]", n / 2 - 12),
        ["reference bomb, title"] = n => "[a]: http://b '" + new string('c', n / 2) + "'\n\n" + Fill("[a]", n / 2 - 18),
        ["reference definitions"] = n => Numbered(i => $"[{i}]: /{i}\n", n),
        ["reference definitions in one paragraph, then text"] = n => Numbered(i => $"[{i}]: /{i}\n", n - 1) + "a",
        ["reference definitions, same label"] = n => Fill("[a]: /b\n", n),
        ["reference definitions, opened"] = n => Fill("[a]:\n", n),
        ["reference definitions, title opened"] = n => Fill("[a]: /b '\n", n),
        ["reference definitions in quotes"] = n => Fill("> [a]: /b\n\n", n),
        ["reference definition of many lines"] = n => "[" + Fill("a\n", n - 4) + "]: b",
        ["reference definition, label opened"] = n => Fill("[\n", n),
        // Code, HTML, entities, escapes, autolinks
        ["backticks of growing runs"] = GrowingBackticks,
        ["backtick runs, none matching"] = n => Fill("`a``b```c````d`````e``````f ", n),
        ["one run of backticks"] = n => new string('`', n),
        ["code spans"] = n => Fill("`a` ", n),
        ["backticks opened"] = n => Fill("`a ``b ", n),
        ["entities"] = n => Fill("&amp;", n),
        ["entity openers"] = n => new string('&', n),
        ["numeric entities, long"] = n => "&#" + new string('1', n - 2),
        ["numeric entities, opened"] = n => Fill("&#x", n),
        ["entity names, unknown"] = n => Fill("&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;", n),
        ["backslashes"] = n => new string('\\', n),
        ["escaped brackets"] = n => Fill("\\[", n),
        ["angle brackets opened"] = n => new string('<', n),
        ["comments opened"] = n => Fill("a <!-- ", n),
        ["comments opened, dashes"] = n => Fill("<!--" + new string('-', 8), n),
        ["processing instructions opened"] = n => Fill("a <? ", n),
        ["declarations opened"] = n => Fill("a <!A ", n),
        ["CDATA opened"] = n => Fill("a <![CDATA[", n),
        ["tags opened"] = n => Fill("<a b=\"", n),
        ["tags of attributes"] = n => "<a" + Fill(" b=c", n - 2),
        ["closing tags"] = n => Fill("</a ", n),
        ["autolinks opened"] = n => Fill("<http:", n),
        ["autolinks, mail, opened"] = n => Fill("<a@", n),
        ["autolink of one long name"] = n => "<" + new string('a', n - 1),
        ["bare URLs"] = n => Fill("http://a.b ", n),
        ["bare URLs, run together"] = n => Fill("http://", n),
        ["bare URLs, short"] = n => Fill("www.a.b ", n),
        ["bare URLs, closed by brackets"] = n => "http://a.b/" + new string(')', n - 11),
        ["bare URLs, opened by brackets"] = n => Fill("(http://a.b/", n),
        ["bare URLs between brackets opened"] = n => Fill("[http://a.b ", n),
        ["bare URLs between emphasis opened"] = n => Fill("*http://a.b ", n),
        ["bare URL of underscores"] = n => "http://a." + Fill("_.", n),
        ["bare URL of entities"] = n => "http://a.b/" + Fill("&amp;", n),
        ["bare mail addresses"] = n => Fill("mailto:a@b.c ", n),
        ["bare mail address, no host"] = n => Fill("mailto:a", n),
        // Tables
        ["wide table, short rows"] = n => WideTable(n),
        ["table at the column limit, short rows"] = n => Table(50, "a|\n", n),
        ["table at the column limit, empty rows"] = n => Table(50, "|\n", n),
        ["table of one row"] = n => Fill("|", n / 2) + "\n" + Fill("|-", n / 2),
        ["table of many rows"] = n => "|a|b|\n|-|-|\n" + Fill("|1|2|\n", n - 12),
        ["table of many rows, no header line"] = n => Fill("|1|2|\n", n),
        ["pipes"] = n => new string('|', n),
        ["pipes and stars"] = n => Fill("|*", n),
        ["pipes and brackets"] = n => Fill("[|", n),
        ["pipes in links"] = n => Fill("[a|b](c)", n),
        ["pipes in emphasis"] = n => Fill("*a|b* ", n),
        ["table with emphasis across cells"] = n => "|a|b|\n|-|-|\n" + Fill("|*1|2*|\n", n - 12),
        ["table with brackets opened"] = n => "|a|b|\n|-|-|\n" + Fill("|[1|2|\n", n - 12),
        ["table with backticks opened"] = n => "|a|b|\n|-|-|\n" + Fill("|`1|2|\n", n - 12),
        ["table lines of dashes"] = n => Fill("|-|-|\n", n),
        ["tables, small"] = n => Fill("a|b\n-|-\n\n", n),
        ["long paragraph, then pipes"] = n => Fill("a\n", n / 2) + Fill("|b\n", n / 2),
        // Task lists, line breaks, text
        ["task items"] = n => Fill("- [ ] a\n", n),
        ["task items, nested"] = n => Staircase("- [x] a\n", "  ", n),
        ["hard breaks"] = n => Fill("a  \n", n),
        ["hard breaks by backslash"] = n => Fill("a\\\n", n),
        ["spaces at line ends"] = n => Fill("a" + new string(' ', 200) + "\n", n),
        ["NUL"] = n => new string('\0', n),
        ["carriage returns"] = n => new string('\r', n),
        ["quotation marks"] = n => new string('"', n),
        ["lone surrogates"] = n => new string('\ud800', n),
        ["bidi controls"] = n => new string('\u202e', n),
        ["bidi controls, isolated"] = n => new string('\u2067', n),
        ["tag characters"] = n => Fill("\U000E0041", n),
        ["zero width"] = n => new string('\u200b', n),
        ["combining marks"] = n => "a" + new string('\u0301', n - 1),
        ["one long word"] = n => new string('a', n),
        ["mixed openers"] = n => Fill("*_[~~`![<&", n),
        ["everything"] = n => Fill("> - # *a* [b](c) `d` |e| <f> &g; http://h.i \\j\n", n),
    };

    public static IEnumerable<string> Names => Shapes.Keys;

    /// <summary>The named shape, cut to at most <paramref name="length"/> characters.</summary>
    public static string Make(string name, int length)
    {
        var text = Shapes[name](length);
        return text.Length <= length ? text : text[..length];
    }

    /// <summary>The named shape as one paragraph or block after another, each as long as a message.</summary>
    public static string MakeBlocks(string name, int length)
    {
        var block = Make(name, MessageLength - 100) + "\n\n";
        return Fill(block, Math.Max(length, block.Length));
    }

    private static string Fill(string unit, int length)
    {
        var text = new StringBuilder(length + unit.Length);
        while (text.Length + unit.Length <= length)
            text.Append(unit);
        return text.ToString();
    }

    private static string Numbered(Func<int, string> unit, int length)
    {
        var text = new StringBuilder(length);
        for (var i = 0; text.Length < length; i++)
            text.Append(unit(i));
        return text.ToString();
    }

    private static string Staircase(string line, string indent, int length)
    {
        var text = new StringBuilder(length);
        for (var step = new StringBuilder(); text.Length + step.Length + line.Length <= length; step.Append(indent))
            text.Append(step).Append(line);
        return text.ToString();
    }

    private static string GrowingBackticks(int length)
    {
        var text = new StringBuilder(length);
        for (var run = 1; text.Length < length; run++)
            text.Append('e').Append('`', run);
        return text.ToString();
    }

    private static string WideTable(int length)
    {
        var columns = length / 6;
        return Table(columns, "a|\n", length);
    }

    private static string Table(int columns, string row, int length)
    {
        var head = Fill("|a", columns * 2) + "|\n" + Fill("|-", columns * 2) + "|\n";
        return head + Fill(row, Math.Max(0, length - head.Length));
    }
}
