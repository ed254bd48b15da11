using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

public sealed class SafeMarkdownTests
{
    private const string Web = "rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\"";
    private const string Mail = "rel=\"noopener noreferrer nofollow ugc\"";

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData(" \n\t\n", "")]
    [InlineData("The **capital** of France is Paris.", "<p>The <strong>capital</strong> of France is Paris.</p>\n")]
    [InlineData("Hello!", "<p>Hello!</p>\n")]
    [InlineData("is 3 < 5 && \"yes\"?", "<p>is 3 &lt; 5 &amp;&amp; &quot;yes&quot;?</p>\n")]
    [InlineData("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>\n")]
    [InlineData("- [ ] open\n- [x] done", "<ul>\n<li>\u2610 open</li>\n<li>\u2611 done</li>\n</ul>\n")]
    public void A_short_text_renders(string? markdown, string html) => Assert.Equal(html, SafeMarkdown.ToHtml(markdown!));

    [Fact]
    public void A_models_ordinary_reply_renders()
    {
        const string Reply = """
            ## Returns

            You can return **any item** within *30 days*. See [our policy](https://shop.example/returns "Returns"):

            1. Print the label
            2. Drop it off
               - at a shop
               - at a locker

            | Country | Cost |
            |:--------|-----:|
            | DE      | 0 €  |
            | CH      | `9 CHF` |

            ```python
            print("hi & bye")
            ```

            > Questions? help@shop.example or mailto:help@shop.example
            """;
        Assert.Equal(
            "<h2>Returns</h2>\n"
            + $"<p>You can return <strong>any item</strong> within <em>30 days</em>. See <a href=\"https://shop.example/returns\" {Web}>our policy</a>:</p>\n"
            + "<ol>\n<li>Print the label</li>\n<li>Drop it off\n<ul>\n<li>at a shop</li>\n<li>at a locker</li>\n</ul>\n</li>\n</ol>\n"
            + "<table>\n<thead>\n<tr>\n<th scope=\"col\" class=\"align-left\">Country</th>\n<th scope=\"col\" class=\"align-right\">Cost</th>\n</tr>\n</thead>\n"
            + "<tbody>\n<tr>\n<td class=\"align-left\">DE</td>\n<td class=\"align-right\">0 €</td>\n</tr>\n"
            + "<tr>\n<td class=\"align-left\">CH</td>\n<td class=\"align-right\"><code>9 CHF</code></td>\n</tr>\n</tbody>\n</table>\n"
            + "<pre><code class=\"language-python\">print(&quot;hi &amp; bye&quot;)\n</code></pre>\n"
            + $"<blockquote>\n<p>Questions? help@shop.example or <a href=\"mailto:help@shop.example\" {Mail}>help@shop.example</a></p>\n</blockquote>\n",
            SafeMarkdown.ToHtml(Reply));
    }

    [Theory]
    [InlineData("[a](https://b.example/)", $"<p><a href=\"https://b.example/\" {Web}>a</a></p>\n")]
    [InlineData("[a](HTTP://B.example)", $"<p><a href=\"HTTP://B.example\" {Web}>a</a></p>\n")]
    [InlineData("[a](mailto:b@c.example?subject=d)", $"<p><a href=\"mailto:b@c.example?subject=d\" {Mail}>a</a></p>\n")]
    [InlineData("www.a.example", $"<p><a href=\"https://www.a.example\" {Web}>www.a.example</a></p>\n")]
    [InlineData("[a](http://b.example/&quot;onclick=x)", $"<p><a href=\"http://b.example/%22onclick=x\" {Web}>a</a></p>\n")]
    [InlineData("[a](http://\u0430pple.example/)", $"<p><a href=\"http://xn--pple-43d.example/\" {Web}>a</a></p>\n")]
    public void A_link_to_the_web_or_to_mail_is_kept_without_its_title(string markdown, string html) =>
        Assert.Equal(html, SafeMarkdown.ToHtml(markdown));

    [Theory]
    [InlineData("[a](/path)")]
    [InlineData("[a](path)")]
    [InlineData("[a](#fragment)")]
    [InlineData("[a](?query)")]
    [InlineData("[a](//b.example)")]
    [InlineData("[a]()")]
    [InlineData("[a](ftp://b.example)")]
    [InlineData("[a](tel:123)")]
    [InlineData("[a](http:b.example)")]
    [InlineData("[a](http:///b)")]
    [InlineData("[a](http://)")]
    [InlineData("[a](mailto:)")]
    [InlineData("[a](https://bank.example@evil.example/)")]
    [InlineData("[a](https://bank.example\\\\@evil.example/)")]
    [InlineData("[a](https://evil%2eexample/)")]
    [InlineData("[a](&#9;https://b.example/)")]
    [InlineData("[a](https://b.example/&#10;c)")]
    [InlineData("[a](http://\u2028.example)")]
    [InlineData("[a](http://xn--\u00fc.example)")]
    public void A_link_to_anything_else_becomes_its_text(string markdown) => Assert.Equal("<p>a</p>\n", SafeMarkdown.ToHtml(markdown));

    [Theory]
    [InlineData("![a *b*](http://c.example/d.png \"e\")", $"<p><a href=\"http://c.example/d.png\" {Web}>a b</a></p>\n")]
    [InlineData("![](http://c.example/d.png)", $"<p><a href=\"http://c.example/d.png\" {Web}>http://c.example/d.png</a></p>\n")]
    [InlineData("![a][b]\n\n[b]: http://c.example/?q=secret", $"<p><a href=\"http://c.example/?q=secret\" {Web}>a</a></p>\n")]
    [InlineData("![a](/d.png)", "<p>a</p>\n")]
    [InlineData("![a](data:image/png;base64,AAAA)", "<p>a</p>\n")]
    [InlineData("![a [b](http://c.example)](http://d.example)", $"<p><a href=\"http://d.example\" {Web}>a b</a></p>\n")]
    [InlineData("[![a](http://c.example/d.png)](http://e.example)", $"<p><a href=\"http://e.example\" {Web}>a</a></p>\n")]
    public void An_image_is_never_loaded_but_linked(string markdown, string html) => Assert.Equal(html, SafeMarkdown.ToHtml(markdown));

    [Fact]
    public void A_url_longer_than_the_limit_becomes_text() =>
        Assert.Equal("<p>a</p>\n", SafeMarkdown.ToHtml($"[a](http://b.example/{new string('c', LinkPolicy.MaxLength)})"));

    [Fact]
    public void What_a_text_holds_beyond_the_limit_is_shown_as_it_is()
    {
        var html = SafeMarkdown.ToHtml("*first*\n\n- *open*\n**a** <b>" + new string('x', SafeMarkdown.MaxLength) + "\n\n*last*");
        Assert.StartsWith("<p><em>first</em></p>\n<pre class=\"plain\">- *open*\n**a** &lt;b&gt;x", html, StringComparison.Ordinal);
        Assert.EndsWith("x\n\n*last*</pre>\n", html, StringComparison.Ordinal);
    }

    [Fact]
    public void One_renderer_serves_many_threads()
    {
        var texts = PathologicalShapes.Names.Select(name => PathologicalShapes.Make(name, 400)).ToArray();
        var alone = texts.Select(SafeMarkdown.ToHtml).ToArray();
        var together = new string[texts.Length * 4];
        Parallel.For(0, together.Length, i => together[i] = SafeMarkdown.ToHtml(texts[i % texts.Length]));
        for (var i = 0; i < together.Length; i++)
            Assert.Equal(alone[i % alone.Length], together[i]);
    }
}
