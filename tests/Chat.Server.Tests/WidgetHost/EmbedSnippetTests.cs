using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using Chat.Server.Tests.Hosting;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>What an owner pastes into a page.</summary>
public sealed class EmbedSnippetTests : EmbedTest
{
    private const string Sandbox = "allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads";

    [Fact]
    public async Task Both_show_the_channel_s_chat_without_a_script_or_a_style_and_name_no_key()
    {
        var embed = await ReadAsync(Shop);
        Assert.Equal($"http://localhost/embed/{Shop.Id}", (string?)embed["url"]);
        Assert.False(embed.ContainsKey("warning"));
        foreach (var (name, address) in new[] { ("corner", $"http://localhost/embed/{Shop.Id}#q"), ("inline", $"http://localhost/embed/{Shop.Id}?inline") })
        {
            var snippet = (string)embed[name]!;
            Assert.InRange(snippet.Split('\n').Length, 1, 6);
            Assert.DoesNotContain("chat_", snippet, StringComparison.Ordinal);
            Assert.DoesNotMatch("<script|style=|\\son[a-z]+=|javascript:", snippet);
            var frame = new HtmlParser().ParseDocument(snippet.Replace("<template shadowrootmode=\"open\">", "<div>", StringComparison.Ordinal).Replace("</template>", "</div>", StringComparison.Ordinal)).QuerySelector("iframe")!;
            Assert.Equal((address, "Bicycles", Sandbox), (frame.GetAttribute("src"), frame.GetAttribute("title"), frame.GetAttribute("sandbox")));
            Assert.True(frame.HasAttribute("width") && frame.HasAttribute("height"), "Its room is there before it is.");
        }
    }

    [Fact]
    public async Task The_corner_opens_and_closes_without_a_script_and_is_a_link_where_that_cannot_be()
    {
        var corner = (string)(await ReadAsync(Shop))["corner"]!;
        var page = new HtmlParser().ParseDocument(corner.Replace("<template shadowrootmode=\"open\">", "<div>", StringComparison.Ordinal).Replace("</template>", "</div>", StringComparison.Ordinal));
        var panel = page.QuerySelector("[popover]")!;
        Assert.Equal((panel.Id, "dialog", "Bicycles"), (page.QuerySelector("button.l")!.GetAttribute("popovertarget"), panel.GetAttribute("role"), panel.GetAttribute("aria-label")));
        Assert.Equal((panel.Id, "hide"), (page.QuerySelector("button.c")!.GetAttribute("popovertarget"), page.QuerySelector("button.c")!.GetAttribute("popovertargetaction")));
        Assert.Equal($"http://localhost/embed/{Shop.Id}", page.QuerySelector("a")!.GetAttribute("href"));
        Assert.True(page.QuerySelector(".w")!.HasAttribute("hidden"), "Unseen until its stylesheet has come.");

        // A snippet stays on pages for years: what it calls its parts must stay in the stylesheet.
        var sheet = await Visitor.GetAsync(new Uri(page.QuerySelector("link")!.GetAttribute("href")!).PathAndQuery);
        Assert.Equal((200, "cross-origin", "text/css"), (sheet.Status, sheet.Header("Cross-Origin-Resource-Policy"), sheet.Response.Content.Headers.ContentType!.MediaType));
        var css = await sheet.Response.Content.ReadAsStringAsync();
        foreach (var name in page.QuerySelectorAll("[class]").SelectMany(element => element.ClassList).Where(name => name != "auto"))
            Assert.Contains($".{name}", css, StringComparison.Ordinal);
        Assert.Contains(".w{display:block", css, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(1), sheet.Response.Headers.CacheControl!.MaxAge);
    }

    [Fact]
    public async Task The_corner_weighs_less_than_three_kilobytes_with_its_stylesheet_as_sent()
    {
        var corner = (string)(await ReadAsync(Shop))["corner"]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/embed/launcher.css") { Headers = { { "Accept-Encoding", "br" } } };
        using var sheet = await App.Client.SendAsync(request);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(corner) + (await sheet.Content.ReadAsByteArrayAsync()).Length, 1_000, 3 * 1_024);
    }

    [Fact]
    public async Task The_stylesheet_takes_a_colour_and_nothing_else()
    {
        var plain = await Visitor.GetAsync("/embed/launcher.css");
        var red = await Visitor.GetAsync("/embed/launcher.css?accent=aa0000");
        var forged = await Visitor.GetAsync("/embed/launcher.css?accent=%7D*%7Bcolor:red");
        Assert.Contains("#aa0000", await red.Response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(await plain.Response.Content.ReadAsStringAsync(), await forged.Response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_name_cannot_leave_its_attribute()
    {
        var channel = await App.CreateChannelAsync(new() { ["name"] = "\"><script>alert(1)</script>\n</template>'&\u202e" });
        var embed = await ReadAsync(channel);
        foreach (var name in new[] { "corner", "inline" })
        {
            var snippet = (string)embed[name]!;
            Assert.DoesNotContain("<script", snippet, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202e', snippet);
            Assert.Equal(name == "corner" ? 1 : 0, snippet.Split("</template>").Length - 1);
        }
    }

    [Fact]
    public async Task Without_an_allowed_origin_there_is_a_warning()
    {
        Assert.Contains("allowed_origins", (string?)(await ReadAsync(await App.CreateChannelAsync()))["warning"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_is_the_one_that_is_set()
    {
        await using var app = new ChatApp().With("Embed:PublicUrl", "https://chat.example.com/base/");
        var channel = await app.CreateChannelAsync(Settings());
        using var response = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/embed");
        var embed = await response.JsonAsync();
        Assert.Equal($"https://chat.example.com/base/embed/{channel.Id}", (string?)embed["url"]);
        Assert.Contains("href=\"https://chat.example.com/base/embed/launcher.css\"", (string?)embed["corner"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_operator_reads_them_and_only_of_channels_that_exist()
    {
        using var nobody = await App.Client.GetAsync($"/admin/v1/channels/{Shop.Id}/embed");
        using var unknown = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{Guid.Empty}/embed");
        Assert.Equal((401, 404), ((int)nobody.StatusCode, (int)unknown.StatusCode));
    }

    [Fact]
    public async Task The_command_line_prints_them_as_they_are_pasted()
    {
        var embed = await ReadAsync(Shop);
        var corner = await RunAsync(0, "channel", "embed", Shop.Id.ToString(), "--url", "http://localhost/");
        Assert.Equal((string?)embed["corner"], corner.Output.TrimEnd());
        var inline = await RunAsync(0, "channel", "embed", Shop.Id.ToString(), "--inline", "--url", "http://localhost");
        Assert.Equal((string?)embed["inline"], inline.Output.TrimEnd());

        Assert.Contains("--url", (await RunAsync(1, "channel", "embed", Shop.Id.ToString())).Error, StringComparison.Ordinal);
        Assert.Contains("absolute", (await RunAsync(1, "channel", "embed", Shop.Id.ToString(), "--url", "ftp://x")).Error, StringComparison.Ordinal);
        Assert.Contains("Not found", (await RunAsync(1, "channel", "embed", Guid.Empty.ToString(), "--url", "http://localhost")).Error, StringComparison.Ordinal);
        var open = await App.CreateChannelAsync();
        Assert.Contains("allowed_origins", (await RunAsync(0, "channel", "embed", open.Id.ToString(), "--url", "http://localhost")).Error, StringComparison.Ordinal);
    }

    private async Task<JsonObject> ReadAsync(TestChannel channel)
    {
        using var response = await App.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/embed");
        Assert.Equal(200, (int)response.StatusCode);
        return await response.JsonAsync();
    }

    private async Task<(string Output, string Error)> RunAsync(int exitCode, params string[] arguments)
    {
        var result = await ProgramRun.RunAsync(App.Folder, arguments);
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode} {result.Output} {result.Error}");
        return (result.Output, result.Error);
    }
}
