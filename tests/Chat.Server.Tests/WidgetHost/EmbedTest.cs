using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>A channel that a website shows, and a visitor of that website.</summary>
public abstract class EmbedTest : AppTest
{
    internal const string Site = "https://shop.example";

    private protected EmbedVisitor Visitor => field ??= new EmbedVisitor(App, Shop.Id);

    private protected TestChannel Shop => field ??= App.CreateChannelAsync(Settings()).GetAwaiter().GetResult();

    private protected virtual JsonObject Settings() => new()
    {
        ["name"] = "Bicycles",
        ["greeting"] = "Hello, cyclist!",
        ["contact"] = "Call 123",
        ["suggested_questions"] = new JsonArray("When are you open?", "<b>"),
        ["allowed_origins"] = new JsonArray(Site),
    };

    private protected async Task<decimal> ConsumedAsync() => (decimal)(await App.ReadChannelAsync(Shop))["credits_consumed"]!;
}
