using Chat.Widget.Sample;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Chat.Widget.Tests;

public sealed class SampleTests : IDisposable
{
    private readonly WebApplicationFactory<Greeter> _shop = new WebApplicationFactory<Greeter>().WithWebHostBuilder(host => host
        .UseEnvironment("Production")
        .UseSetting("ChatWidget:BaseUrl", "http://127.0.0.1:1"));

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("/", "Ask the workshop")]
    [InlineData("/Workshop", "Ask the workshop")]
    [InlineData("/Help", "class=\"i\"")]
    [InlineData("/Privacy", "Ask the workshop")]
    public async Task Every_page_has_the_chat_and_no_script(string page, string chat)
    {
        using var response = await _shop.CreateClient().GetAsync(page);
        var html = await response.Content.ReadAsStringAsync();
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Single(html.Split("<chat-widget>").Skip(1));
        Assert.Contains(chat, html, StringComparison.Ordinal);
        Assert.Equal(StrictPolicy.Value, string.Join("", response.Headers.GetValues("Content-Security-Policy")));
        LauncherTests.AssertNoScript(html);
    }

    [Fact]
    public async Task Without_a_key_the_page_says_what_to_start_and_the_panel_is_there()
    {
        var client = _shop.CreateClient();
        Assert.Contains("dotnet run --project src/Chat.Server", await client.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("<textarea", await client.GetStringAsync("/_chat/panel"), StringComparison.Ordinal);
    }
}
