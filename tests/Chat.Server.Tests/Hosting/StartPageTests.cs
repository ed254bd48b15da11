using System.Security.Cryptography;
using System.Text;
using AngleSharp.Html.Parser;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>The service's own first page.</summary>
public sealed class StartPageTests
{
    private const string DemoId = "01900000-0000-7000-8000-00000000c4a7";

    [Fact]
    public async Task In_Development_it_shows_the_demo_channel_s_chat_the_snippet_and_the_line_to_paste_under_a_strict_policy()
    {
        await using var app = new ChatApp { Environment = "Development" };
        using var revealed = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{DemoId}/key");
        var key = (string)(await revealed.JsonAsync())["key"]!;
        using var embed = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{DemoId}/embed");
        var corner = (string)(await embed.JsonAsync())["corner"]!;

        using var response = await app.Client.GetAsync("/");
        var page = new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync());

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page.QuerySelector("style")!.TextContent)))}'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        Assert.Null(page.QuerySelector("script, [style], [onclick]"));
        Assert.Equal($"http://localhost/embed/{DemoId}?inline", page.QuerySelector("iframe")!.GetAttribute("src"));
        Assert.Contains(corner, page.QuerySelectorAll("pre").Select(text => text.TextContent));
        Assert.Contains(page.QuerySelectorAll("pre"), text => text.TextContent.StartsWith($"curl http://localhost/chat -H 'X-API-Key: {key}'", StringComparison.Ordinal));
        foreach (var link in page.QuerySelectorAll("a").Select(link => link.GetAttribute("href")!))
            Assert.Equal(200, (int)(await app.Client.GetAsync($"/{link}")).StatusCode);
        using var chat = await app.Client.GetAsync($"/embed/{DemoId}?inline");
        Assert.Equal(200, (int)chat.StatusCode);
    }

    [Fact]
    public async Task Without_the_demo_channel_it_says_how_to_find_one_s_own()
    {
        await using var app = new ChatApp { Environment = "Development" };
        using var deleted = await app.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{DemoId}");
        var html = await app.Client.GetStringAsync("/");
        Assert.Contains("channel embed", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<iframe", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task Elsewhere_there_is_no_such_page(string environment)
    {
        await using var app = new ChatApp { Environment = environment };
        using var response = await app.Client.GetAsync("/");
        Assert.Equal((404, """{"error":"Not found","code":"not_found"}"""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
    }
}
