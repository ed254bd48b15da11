using System.Text;

namespace Chat.Server.Tests.Rendering;

/// <summary>Texts for the incremental renderer: every construct, replies as models write them, hostile shapes, and mixtures by seed.</summary>
internal static class MarkdownCorpus
{
    private static readonly string[] Lines =
    [
        "word", "two words *here*", "**strong** and `code`", "a `b", "c` d", "*open", "close*", "[label]", "[a][label]", "[label][]", "[x][][label]", "![label]", "[other]", "[a](http://b.example)",
        "[ ]", "\\[ ]", "[\\[ ]", "[a [label] b](http://c.example)", "[label](http://", "[label]: http://d.example", "[LABEL]: http://e.example 'title'", "[other]: <http://f.example>", "[label]:", "http://g.example",
        "[a`]: http://h.example", "[q]: javascript:x", "[x]: http://i.example", "[one", "two]", "[one two]: http://j.example", "[]", "[][label]", "a] b [c", "'title'",
        "# heading", "## [label]", "#", "===", "---", "- - -", "***", "=", "- item", "- [label]", "- [ ] task", "- [x] task", "-", "- ", "+ item", "* item", "1. one", "2. two", "1) one", "7. seven", "-   wide", "- - deep",
        "- > quoted", "- # heading", "- ```", "- |a|b|", "  inside", "    deeper", "\tTab", " \tmixed", "   three", "     five", "      six", "> quote", "> - item", "> ```", ">", "> [label]", "> [label]: http://k.example", "lazy",
        "```", "```js", "~~~", "~~~~ text", "``` a`b", "    indented code", "\tindented code", "|a|b|", "|-|-|", "| :-: | --: |", "|1|2|", "|1|2|3|", "|[label]|", "|`a|b`|", "a|b", "-|-", "--|--", ":-:", "|-|", "|a|", "|", "\\|", "a\\|b|c",
        "<b>html</b>", "<!-- comment", "-->", "&amp; &lt; &nope;", "trailing  ", "back\\", "\0", "\uFEFF", "\uD83D\uDE00", "\uD83D", "\uDE00", "\u202E bidi", "\u200B", "\u200B\u200Cx", "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "\u00A0", "\u2028", "\f", "\v", "",
    ];

    private static readonly string[] Breaks = ["\n", "\n", "\n", "\n", "\n\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n", "\r", "\r\r", "\n ", "\n  ", "\n    ", "\n> ", "\n \n", "\n\t\n", ""];

    private static readonly string[] Brackets =
    [
        "[", "]", "[", "]", "![", "\\[", "\\]", "[ ", " ]", "[]", "[ ]", "[a]", "[b]", "[a][]", "[a][b]", "[a][][b]", "[b][][a]", "[ [", "\\[ ]", "](http://l.example)", "](", ")", "(http://m.example)", "`", "`a]`", "<http://n.example/[a]>",
        "http://o.example/[", "*", "**", "~~", "a", "b", "a b", " ", " ", "\n", "|", "&#91;", "&#93;", "^", "[x]", "[^1]",
    ];

    private static readonly string[] Labels = ["a", "b", "A", "a b", "\\[", "\\[ ", "\\[\\]", "^1", "x", "*a*", "`a", "a `a", "b`"];

    /// <summary>Replies as a model writes them.</summary>
    public static IReadOnlyList<string> Replies { get; } =
    [
        """
        ## Returning an item

        You can return **anything** within *30 days*. See [our policy](https://shop.example/returns) or write to <help@shop.example>.

        1. Print the label.
        2. Pack the item.
           - in its box
           - with the receipt
        3. Drop it off.

        After that we refund you within `5` working days.

        > Opened software cannot be returned.

        Is there anything else?
        """,
        """
        Here is how to read a file:

        ```python
        from pathlib import Path

        def read(name: str) -> str:
            # The whole of it.

            return Path(name).read_text()

        print(read("a.txt"))
        ```

        The result:

        | Name | Size | Kind |
        |:-----|-----:|:----:|
        | a.txt | 12 | text |
        | b.png | 2,048 | image |
        | c | 0 | `-` |

        Two notes:

        - First, it is *not* cached.

        - Second, see [the documentation][docs].

          It has more.

        - Third.

        [docs]: https://docs.example/read
        """,
        "Short answer: yes.",
        "Dear [Name],\n\nthank you for your order [#123]. It left our house today.\n\n- [x] packed\n- [ ] delivered\n\nYours,\n[Your name]",
        "First.\r\n\r\nSecond line one\r\nline two.\r\n\r\n* a\r\n* b\r\n\r\nThird \U0001F600 \U0001F468\u200D\U0001F469\u200D\U0001F467.\r\n",
        "# Plan\n\n### Step 1\nDo *this*.\n### Step 2\nDo that:\n```\nmake\n```\n---\nDone. See https://a.example/b.\n",
    ];

    /// <summary>A document put together from lines that mean something to the lines around them.</summary>
    public static string Compose(Random random)
    {
        var text = new StringBuilder();
#pragma warning disable CA5394 // Not a secret: the same seed has to give the same document.
        // Few different lines in one document, so that labels meet their definitions and fences their ends.
        var lines = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Lines[random.Next(Lines.Length)]).ToArray();
        for (var count = random.Next(1, 30); count > 0; count--)
            text.Append(lines[random.Next(lines.Length)]).Append(Breaks[random.Next(Breaks.Length)]);
#pragma warning restore CA5394
        return text.ToString();
    }

    /// <summary>Brackets of every kind, and definitions of what they may mean above, between and below them.</summary>
    public static string ComposeReferences(Random random)
    {
        var text = new StringBuilder();
#pragma warning disable CA5394 // Not a secret: the same seed has to give the same document.
        for (var blocks = random.Next(2, 6); blocks > 0; blocks--)
        {
            if (random.Next(2) == 0)
                text.Append('[').Append(Labels[random.Next(Labels.Length)]).Append("]: http://").Append((char)('a' + random.Next(26))).Append(".example");
            else
                text.Append(random.Next(4) switch { 0 => "- ", 1 => "# ", 2 => "|a|\n|-|\n|", _ => "" });
            for (var tokens = random.Next(8); tokens > 0; tokens--)
                text.Append(Brackets[random.Next(Brackets.Length)]);
            text.Append(random.Next(4) == 0 ? "\n" : "\n\n");
        }
#pragma warning restore CA5394

        return text.ToString();
    }
}
