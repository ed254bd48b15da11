using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Rendering;

namespace Chat.Browser.Tests.Hostile;

/// <summary>
/// Text that wants to be code: a composition of our own (elements × handlers × ways of writing × Markdown contexts, and texts that break out of several contexts at
/// once), and the Big List of Naughty Strings as npm has it. What runs says so by a call of alert, confirm or prompt.
/// </summary>
internal static partial class HostileHtml
{
    // By themselves, as soon as they are shown.
    private static readonly string[] Instant =
    [
        "<script>{0}</script>", "<script>/**/{0}//</script>", "<script/x>{0}</script/x>", "<script\n>{0}</script\n>", "<SCRIPT>{0}</SCRIPT>", "<sCrIpT>{0}</ScRiPt>", "<script type=module>{0}</script>",
        "<script src=\"data:text/javascript,{0}\"></script>", "<script>//<![CDATA[\n{0}\n//]]></script>", "<script>{0}<!--</script>", "<svg><script>{0}</script></svg>",
        "<svg><script>{0}", "<math><mi><script>{0}</script></mi></math>", "<img src=x onerror={0}>", "<img src onerror={0}>", "<img/src=x/onerror={0}>", "<img\tsrc=x\tonerror={0}>", "<img\nsrc=x\nonerror\n=\n{0}>",
        "<IMG SRC=x ONERROR={0}>", "<img src=x oNeRrOr={0}>", "<img src=x onerror='{0}'>", "<img src=x onerror=\"{0}\">", "<img src=x:x onerror={0}//", "<img src=x alt='>' onerror={0}>", "<image src=x onerror={0}>",
        "<<img src=x onerror={0}>>", "<img src=x onerror={0} <p>", "<img src=1 href=1 onerror=\"{0}\"></img>", "<svg onload={0}>", "<svg/onload={0}>", "<svg onload={0}//", "<svg><svg onload={0}>", "<svg><g onload={0}></g></svg>",
        "<svg><animate onbegin={0} attributeName=x dur=1s>", "<svg><set onbegin={0} attributeName=x>", "<svg><animateTransform onbegin={0} attributeName=x>", "<svg><a><animate onbegin={0} attributeName=x></a></svg>",
        "<body onload={0}>", "<body onpageshow={0}>", "<body/onload={0}>", "<iframe onload={0}></iframe>", "<iframe src=javascript:{0}></iframe>", "<iframe src=\"java&Tab;script:{0}\"></iframe>",
        "<iframe srcdoc=\"<script>parent.{0}</script>\"></iframe>", "<iframe srcdoc='&lt;img src=x onerror=parent.{0}&gt;'></iframe>", "<object data=javascript:{0}></object>", "<embed src=javascript:{0}>",
        "<video><source onerror={0}></video>", "<video src=x onerror={0}></video>", "<audio src=x onerror={0}></audio>", "<audio><source onerror={0}></audio>", "<video onerror={0}><source src=x></video>",
        "<input autofocus onfocus={0}>", "<textarea autofocus onfocus={0}></textarea>", "<select autofocus onfocus={0}></select>", "<button autofocus onfocus={0}>x</button>", "<a href=x autofocus onfocus={0}>x</a>",
        "<div tabindex=1 autofocus onfocus={0}>x</div>", "<input type=image src=x onerror={0}>", "<link rel=stylesheet href=data:, onload={0}>", "<link rel=stylesheet href=x:x onerror={0}>", "<style onload={0}></style>",
        "<style>@keyframes x{{}}</style><p style=animation-name:x onanimationstart={0}>x", "<details open ontoggle={0}><summary>x</summary></details>", "<marquee onstart={0}>x</marquee>", "<object data=x:x onerror={0}></object>",
        "<meta http-equiv=refresh content=\"0;url=javascript:{0}\">", "<template><s></template><img src=x onerror={0}>", "<noscript><p title=\"</noscript><img src=x onerror={0}>\">", "<xmp><p title=\"</xmp><img src=x onerror={0}>\">",
        "<title><p title=\"</title><img src=x onerror={0}>\">", "<textarea><p title=\"</textarea><img src=x onerror={0}>\">", "<style><p title=\"</style><img src=x onerror={0}>\">", "<!--><img src=x onerror={0}>-->",
        "<!--[if gte IE 4]><img src=x onerror={0}><![endif]-->", "<!-- --!><img src=x onerror={0}>", "<![CDATA[<img src=x onerror={0}>]]>", "<?xml ?><img src=x onerror={0}>", "<!doctype x [<!ENTITY a '>']><img src=x onerror={0}>",
        "</p><img src=x onerror={0}>", "</div></div></body><img src=x onerror={0}>", "<a><table><img src=x onerror={0}></table></a>", "<select><img src=x onerror={0}></select><img src=x onerror={0}>",
        "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={0}>", "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror={0}&gt;\">", "<svg></p><style><a id=\"</style><img src=x onerror={0}>\">",
        "<b <script>{0}</script>0", "<p/onclick=x/><img src=x onerror={0}>", "\"><img src=x onerror={0}>", "'><img src=x onerror={0}>", "--><img src=x onerror={0}>", "]]><img src=x onerror={0}>", "</title><script>{0}</script>",
        "</textarea><script>{0}</script>", "</style><script>{0}</script>", "</script><script>{0}</script>", "`><img src=x onerror={0}>", "\"'`--></style></script></title></textarea><svg onload={0}>",
    ];

    // Where somebody must do something.
    private static readonly string[] Elements =
    [
        "a", "b", "p", "div", "span", "button", "input", "textarea", "select", "form", "label", "table", "h1", "li", "blockquote", "pre", "code", "em", "img", "video", "svg", "math", "details", "x-any", "font", "marquee", "object", "area",
    ];

    private static readonly string[] Handlers = ["onclick", "onmouseover", "onpointerdown", "onfocusin", "onkeydown", "oncontextmenu", "ondragstart", "oncopy", "onwheel", "ONCLICK", "oNmOuSeOvEr"];

    private static readonly string[] Urls =
    [
        "<a href=javascript:{0}>x</a>", "<a href='JaVaScRiPt:{0}'>x</a>", "<a href=\"&#106;avascript:{0}\">x</a>", "<a href=\"java\tscript:{0}\">x</a>", "<a href=\"\u0001javascript:{0}\">x</a>", "<a href=\"javascript&colon;{0}\">x</a>",
        "<a href=\"  javascript:{0}\">x</a>", "<a href=\"javascript://%0a{0}\">x</a>", "<a href=\"javascript:/*x*/{0}\">x</a>", "<form action=javascript:{0}><button>x</button></form>", "<form><button formaction=javascript:{0}>x</button></form>",
        "<form id=f></form><button form=f formaction=javascript:{0}>x</button>", "<input type=submit form=g formaction=javascript:{0}><form id=g></form>", "<svg><a href=javascript:{0}><text y=9>x</text></a></svg>",
        "<svg><a xlink:href=javascript:{0}><text y=9>x</text></a></svg>", "<map><area href=javascript:{0}></map>", "<a href=javascript:{0}><b>x</b></a>", "<base href=javascript:/><a href={0}>x</a>",
        "<svg><a><animate attributeName=href values=javascript:{0} /><text y=9>x</text></a></svg>", "<math href=javascript:{0}>x</math>",
    ];

    // Without quotes or blanks, so that each can stand anywhere.
    private static readonly string[] Calls =
    [
        "alert(1)", "alert`1`", "confirm(1)", "prompt(1)", "window.alert(1)", "self[`al`+`ert`](1)", "eval(`alert(1)`)", "Function(`alert(1)`)()", "[1].map(alert)", "(alert)(1)", "setTimeout(`alert(1)`)", "alert.call(1)",
        "top[/al/.source+/ert/.source](1)", "import(`data:text/javascript,top.alert(1)`)", "Reflect.apply(alert,1,[1])", "location=`javascript:alert(1)`", "&#97;lert(1)", "&#x61;&#x6c;ert(1)", "ale\\u0072t(1)", "document.write(`<script>alert(1)<\\/script>`)",
    ];

    // In which a Markdown renderer might forget to escape.
    private static readonly string[] Contexts =
    [
        "`{0}`", "``{0}``", "```\n{0}\n```", "```{0}\nx\n```", "~~~ {0}\nx\n~~~", "    {0}", "# {0}", "{0}\n===", "> {0}", "- {0}", "1. {0}", "- [ ] {0}", "|a|\n|-|\n|{0}|", "|{0}|\n|-|\n|a|", "*{0}*", "**{0}**", "~~{0}~~", "[{0}](http://a.example)",
        "[a](http://a.example \"{0}\")", "[a](http://a.example '{0}')", "[a](http://a.example ({0}))", "[a](http://a.example/{0})", "[a](<http://a.example/{0}>)", "![{0}](http://a.example)", "![a](http://a.example \"{0}\")", "[a]\n\n[a]: http://a.example \"{0}\"",
        "[a]\n\n[a]: http://a.example/{0}", "[{0}]\n\n[{0}]: http://a.example", "[a][{0}]", "<http://a.example/{0}>", "http://a.example/{0}", "www.a.example/{0}", "<a@b.example{0}>", "a\\{0}", "\\{0}", "&{0};", "&lt;{0}&gt;", "[^1]\n\n[^1]: {0}",
        "<!-- {0} -->", "<div>\n\n{0}\n\n</div>", "<pre>{0}</pre>", "<{0}", "{0}  \n{0}", "[x]: {0}\n[x]", "a | b\n--|--\n{0} | x", "{0}{onclick=alert(1)}", "::: {0}\nx\n:::", "$${0}$$", "Term\n: {0}",
    ];

    private static readonly string[] Polyglots =
    [
        "javascript:/*--></title></style></textarea></script></xmp><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>", "\"'--></style></script><img/src=x onerror=alert(1)//><svg/onload=alert(1)>",
        "[x](javascript:alert(1))<img src=x onerror=alert(1)>`<svg onload=alert(1)>`", "](javascript:alert(1) \"<svg onload=alert(1)>\")", "![x](x\"onerror=\"alert(1))", "![x](x'onerror='alert(1))", "[x](http://a.example\"onclick=\"alert(1))",
        "[x](http://a.example/\"onmouseover=alert(1)//)", "<http://a.example/\"onmouseover=alert(1)//>", "http://a.example/\"onmouseover=alert(1)//", "```\"onclick=alert(1)\nx\n```", "``` </code></pre><img/src=x/onerror=alert(1)>\nx\n```",
        "[<img src=x onerror=alert(1)>][x]\n\n[x]: javascript:alert(1) '\"><img src=x onerror=alert(1)>'", "|<svg/onload=alert(1)>|`|<svg/onload=alert(1)>`|\n|-|-|\n|[x](javascript:alert(1))|</td></tr></table><img src=x onerror=alert(1)>|",
        "&lt;img src=x onerror=alert(1)&gt;", "&#60;img src=x onerror=alert(1)&#62;", "&amp;lt;img src=x onerror=alert(1)&amp;gt;", "\\<img src=x onerror=alert(1)\\>", "<img\\ src=x onerror=alert(1)>", "%3Cimg src=x onerror=alert(1)%3E",
        "\uFF1Cimg src=x onerror=alert(1)\uFF1E", "\u2039img src=x onerror=alert(1)\u203A", "<\u200Bimg src=x onerror=alert(1)>", "<img\u00A0src=x onerror=alert(1)>", "<img\u2028src=x onerror=alert(1)>", "<i\u00ADmg src=x onerror=alert(1)>", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "<scr<script>ipt>alert(1)</scr</script>ipt>", "<<script>script>alert(1)<</script>/script>", "<img src=x onerror=al&#101;rt(1)>", "{{constructor.constructor('alert(1)')()}}", "${alert(1)}", "<%= alert(1) %>", "#{alert(1)}",
    ];

    /// <summary>HTML that is meant to run as it is.</summary>
    public static IReadOnlyList<string> Raw { get; } = [.. Compose()];

    /// <summary>The same in the shape of Markdown, and what is dangerous only there.</summary>
    public static IReadOnlyList<string> Markdown { get; } =
    [
        .. Contexts.SelectMany(context => new[] { "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "</code></pre></p></td><svg/onload=alert(1)>", "\"><img src=x onerror=alert(1)>", "'onmouseover='alert(1)", "javascript:alert(1)", "\" onfocus=alert(1) autofocus x=\"", "`<svg onload=alert(1)>`", "]<img src=x onerror=alert(1)>(", ")<img src=x onerror=alert(1)>" }
            .Select(text => context.Replace("{0}", text, StringComparison.Ordinal))),
        .. Polyglots,
        .. HostileMarkdown.Links,
        .. HostileMarkdown.AttributeCases.Select(each => each.Markdown),
    ];

    /// <summary>
    /// The public corpus: 461 strings, about half of them HTML; those without any mark that HTML or Markdown know are left out. Where one writes a character as <c>\x0A</c>, it is here as it stands and with the character itself. Blank
    /// ones and those with NUL are no messages: the service refuses them.
    /// </summary>
    public static IReadOnlyList<string> Naughty { get; } =
    [
        .. JsonSerializer.Deserialize<string[]>(File.ReadAllText(NpmPackages.PathOf("big-list-of-naughty-strings", "blns.json")))!
            .SelectMany(text => new[] { text, Escape().Replace(text, escape => $"{(char)Convert.ToInt32(escape.Groups["code"].Value, 16)}") })
            .Distinct()
            .Where(text => !string.IsNullOrWhiteSpace(text) && !text.Contains('\0', StringComparison.Ordinal) && text.AsSpan().ContainsAny("<&:([\"'`")),
    ];

    private static IEnumerable<string> Compose()
    {
        foreach (var instant in Instant)
            yield return Fill(instant, Calls[0]);
        foreach (var (call, at) in Calls.Select((call, at) => (call, at)))
        {
            yield return Fill("<img src=x onerror={0}>", call);
            yield return Fill("<svg onload={0}>", call);
            yield return Fill(Instant[at * 4], call);
            yield return Fill("<script>{0}</script>", call);
        }

        // Each handler on some elements, and each element with some handlers.
        foreach (var (element, at) in Elements.Select((element, at) => (element, at)))
        {
            for (var step = 0; step < Handlers.Length; step += 3)
                yield return $"<{element} {Handlers[(at + step) % Handlers.Length]}=alert(1) tabindex=0>x</{element}>";
        }

        foreach (var url in Urls)
            yield return Fill(url, "alert(1)");
        foreach (var (quote, end) in new[] { ("\"", "\""), ("'", "'"), ("", " "), ("\"", "\"/"), ("'", "'\t"), ("\"", "\"\n"), (" \"", "\" "), ("\n'", "'\f") })
        {
            foreach (var handler in new[] { "onclick", "ONFOCUSIN", "onMouseOver", "onpointerover" })
                yield return $"<a{(quote.Length == 0 ? " " : "/")}{handler}={quote}alert(1){end}href=x>x</a>";
        }
    }

    private static string Fill(string construct, string call) => construct.Replace("{0}", call, StringComparison.Ordinal).Replace("{{}}", "{}", StringComparison.Ordinal);

    [GeneratedRegex(@"\\x(?<code>[0-9A-Fa-f]{2})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Escape();
}
