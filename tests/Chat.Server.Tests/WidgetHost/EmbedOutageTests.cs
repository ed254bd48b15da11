using AngleSharp.Html.Dom;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>A store that is out of reach: the visitor is told so, and loses nothing.</summary>
public sealed class EmbedOutageTests : IAsyncLifetime
{
    private bool _isOut;
    private FakeUpstream _upstream = null!;
    private ChatApp _app = null!;
    private EmbedVisitor _visitor = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _app = new ChatApp
        {
            Decorate = database => new FaultyDatabase(
                database,
                moment =>
                {
                    if (_isOut && moment.Step == Step.Open)
                        throw SqlFault.Of(4060);
                },
                TimeSpan.Zero),
        }.WithProvider("mock", _upstream);
        var channel = await _app.CreateChannelAsync(new() { ["allowed_origins"] = new System.Text.Json.Nodes.JsonArray("https://shop.example") });
        _visitor = new EmbedVisitor(_app, channel.Id);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task A_message_that_cannot_be_taken_stands_in_the_composer_and_is_taken_later_once()
    {
        await _visitor.OpenAsync();
        _isOut = true;
        var refused = await _visitor.AskAsync("my long question");
        Assert.Equal((503, "my long question"), (refused.Status, refused.Composer));
        Assert.Contains("cannot be reached", refused.Problem, StringComparison.Ordinal);

        _isOut = false;
        await _visitor.AskAsync("my long question");
        await _visitor.LogAsync();
        Assert.Equal("my long question", Assert.Single(_upstream.Requests).Question);
    }

    [Fact]
    public async Task Where_not_even_the_channel_can_be_read_the_text_is_in_the_answer_with_all_that_makes_it_one_message()
    {
        var panel = await _visitor.OpenAsync();
        _app.Time.Advance(TimeSpan.FromSeconds(6));
        _isOut = true;
        var refused = await _visitor.AskAsync("my \"long\" <question>", panel);

        Assert.Equal((503, "my \"long\" <question>"), (refused.Status, refused.Composer));
        Assert.Contains("cannot be reached", refused.Document.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal(503, (await _visitor.GetAsync(_visitor.Entry)).Status);
        Assert.DoesNotContain("{", refused.Document.Body.TextContent, StringComparison.Ordinal);

        _isOut = false;
        var fields = refused.Document.QuerySelectorAll("form input").Cast<IHtmlInputElement>().Select(input => KeyValuePair.Create(input.Name!, input.Value));
        using var again = await _visitor.PostAsync(EmbedVisitor.ActionOf(refused, "form"), [.. fields, new("message", refused.Composer)]);
        Assert.Equal(303, (int)again.StatusCode);
        await _visitor.AskAsync("my \"long\" <question>", panel);
        await _visitor.LogAsync();
        Assert.Equal("my \"long\" <question>", Assert.Single(_upstream.Requests).Question);
    }
}
