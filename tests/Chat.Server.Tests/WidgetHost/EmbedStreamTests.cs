using System.Text;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Streaming;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>An answer while it is made, over a real socket.</summary>
public sealed class EmbedStreamTests : StreamTest
{
    [Fact]
    public async Task An_answer_is_shown_as_it_is_made_and_stopped_it_stays_as_far_as_it_came()
    {
        var shop = await App.CreateChannelAsync(new() { ["name"] = "Shop", ["allowed_origins"] = new System.Text.Json.Nodes.JsonArray("https://shop.example") });
        var held = Hold(["First paragraph.\n\nSecond, half "], "never said");
        var visitor = new EmbedVisitor(App, shop.Id);
        await visitor.OpenAsync();
        await visitor.AskAsync("Tell me");
        await held.Reached.Task;

        using var request = new HttpRequestMessage(HttpMethod.Get, visitor.Panel.Document.QuerySelector("iframe")!.GetAttribute("src"));
        using var response = await App.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var seen = await ReadUntilAsync(body, "<p>First paragraph.</p>");
        Assert.DoesNotContain("class=\"eos\"", seen, StringComparison.Ordinal);
        Assert.Contains("class=\"typing\"", seen, StringComparison.Ordinal);

        var page = new VisitorPage(response, new AngleSharp.Html.Parser.HtmlParser().ParseDocument(seen));
        var stopped = await visitor.PressAsync(page, ".bar button");

        Assert.DoesNotContain("never said", stopped.Document.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("First paragraph.", stopped.Document.QuerySelector(".answer")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("class=\"eos\"", await ReadUntilAsync(body, "</html>"), StringComparison.Ordinal);
        Assert.Empty(Complaints());
    }

    private static async Task<string> ReadUntilAsync(Stream body, string text)
    {
        var (seen, block) = (new StringBuilder(), new byte[4_096]);
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var read = await body.ReadAsync(block).AsTask().WaitAsync(Eventually.Patience);
            Assert.True(read > 0, $"The page ended without {text}: {seen}");
            seen.Append(Encoding.UTF8.GetString(block, 0, read));
        }

        return seen.ToString();
    }
}
