using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Xunit.Abstractions;

namespace Chat.Browser.Tests.Hostile;

/// <summary>
/// Scripts are allowed and no policy protects the pages of these tests: only the rendering does. Nothing that a visitor or a model says runs, loads or leaves.
/// </summary>
[Collection(HostileCollection.Name)]
public sealed class ExecutionTests(Chromium chromium, HostileService service, ITestOutputHelper output)
{
    private const int InOnePage = 250;

    // Of the elements and attributes that the rendering writes, written down independently of it.
    private static readonly HashSet<string> Kinds = new(
        ((string[])["a href=http: rel target", "a href=https: rel target", "a href=mailto: rel", "ol start", "code class", "th scope"])
        .Concat("p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code hr br em strong del table thead tbody tr th td".Split(' '))
        .Select(kind => $"xhtml {kind}"),
        StringComparer.Ordinal);

    [BrowserFact]
    public async Task Nothing_runs_in_what_the_service_answers_however_a_page_puts_it_in()
    {
        Assert.InRange(service.Conversations.Told.Count, Extent.Of(1_500, oneIn: 8), int.MaxValue);
        await using var context = await Shown.NewContextAsync(chromium);
        chromium.Canary.Forget();
        foreach (var part in service.Conversations.Told.Chunk(InOnePage))
        {
            var forms = part.SelectMany(told => new[] { told.QuestionHtml, told.AnswerHtml, told.ReplyHtml }).Distinct().ToList();
            await using var page = await Shown.OpenAsync(context, chromium.Pages, string.Concat(forms.Select(html => $"<div>{html}</div>")));
            await page.InsertAsync(forms.Concat(part.SelectMany(told => told.Drafts)).Distinct());
            await page.WriteAsync(part.Select(told => told.Blocks));
            await page.AppendAsync(part.Select(told => told.Blocks));
            Assert.Equal((part.Length * 2, ""), (await page.CountAsync("#written > div, #appended > div"), await page.RanAsync()));
            Assert.Equal("", string.Join(", ", (await page.KindsAsync()).Where(kind => !Kinds.Contains(kind))));
        }

        output.WriteLine($"{service.Conversations.Told.Count} texts, 0 run.");
        Assert.Empty(chromium.Canary.Calls);
    }

    [BrowserFact]
    public async Task A_page_that_appends_a_stream_s_blocks_has_the_reply_s_html()
    {
        foreach (var told in service.Conversations.Told)
            Assert.Equal((told.ReplyHtml, told.AnswerHtml), (string.Concat(told.Blocks), told.ReplyHtml));
        await Task.CompletedTask;
    }

    [BrowserTheory]
    [InlineData("log", ".question .said, .answer")]
    [InlineData("transcript", ".said, .answer")]
    public async Task Nothing_runs_or_loads_in_the_widgets_pages_with_their_policy_taken_away(string name, string texts)
    {
        await using var context = await Shown.NewContextAsync(chromium);
        chromium.Canary.Forget();
        await using var page = await Shown.OpenAsync(context, service.Shop.Address);
        var shown = 0;
        foreach (var session in service.Conversations.Sessions)
        {
            await context.AddCookiesAsync([new() { Name = "chat_session", Value = session, Url = service.Shop.Address }]);
            await page.GoAsync($"{service.Shop.Address}/_chat/{name}");
            shown += await page.CountAsync(texts);
            Assert.Equal("", await page.RanAsync(texts));
        }

        Assert.Equal(service.Conversations.Told.Count * 2, shown);
        Assert.Empty(chromium.Canary.Calls);
        await page.InsertAsync(["<img src=x onerror=alert(1)>", "<img src=//control.example/a>"]);
        // Only what was put in: the page's own buttons lead away.
        Assert.Contains("alert", await page.RanAsync("body > div:last-child"), StringComparison.Ordinal);
        await chromium.Canary.CalledAsync("control.example");
    }
}
