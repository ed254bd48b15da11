using System.Text.Json.Nodes;
using Chat.Client;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Conversations;

public sealed class ChannelProfileTests : AppTest
{
    [Theory]
    [InlineData("/channel")]
    [InlineData("/api/channel")]
    public async Task A_channel_tells_its_key_holder_what_visitors_may_see_and_nothing_else(string path)
    {
        await App.EditChannelAsync(Channel, new JsonObject
        {
            ["name"] = "Spoke & Saddle",
            ["system_prompt"] = "secret prompt",
            ["knowledge"] = "secret knowledge",
            ["greeting"] = "Hello!",
            ["suggested_questions"] = new JsonArray("When are you open?"),
            ["contact"] = "Call us.",
        });

        using var response = await App.GetAsync(Channel, path);

        Assert.Equal(
            """{"name":"Spoke & Saddle","greeting":"Hello!","suggested_questions":["When are you open?"],"contact":"Call us."}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_was_not_set_is_null_or_none()
    {
        using var response = await App.GetAsync(Channel, "/channel");
        var profile = await response.JsonAsync();
        Assert.Null(profile["greeting"]);
        Assert.Null(profile["contact"]);
        Assert.Empty(profile["suggested_questions"]!.AsArray());
    }

    [Fact]
    public async Task Without_its_key_a_channel_tells_nothing()
    {
        using var response = await App.GetAsync(Channel with { Key = "chat_" + new string('A', 43) }, "/channel");
        Assert.Equal("invalid_api_key", (string)(await response.JsonAsync())["code"]!);
    }

    [Fact]
    public async Task The_client_reads_it()
    {
        await App.EditChannelAsync(Channel, new JsonObject { ["name"] = "Shop", ["greeting"] = "Hi", ["suggested_questions"] = new JsonArray("a", "b") });
        var client = new ChatApiClient(App.CreateClient(), new ChatClientOptions { BaseUrl = App.Client.BaseAddress, ApiKey = Channel.Key });

        var channel = await client.GetChannelAsync();

        Assert.Equal(("Shop", "Hi", null), (channel.Name, channel.Greeting, channel.Contact));
        Assert.Equal(["a", "b"], channel.SuggestedQuestions);
    }
}
