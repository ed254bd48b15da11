using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>
/// Nothing that a visitor says, and no secret, gets into a log at any level. Each is a canary; every line of every category is
/// searched for it as it is and encoded.
/// </summary>
public sealed class LogCanaryTests
{
    private const string Message = "canary message öäü 4711";
    private const string Reply = "canary reply öäü 4712";
    private const string Session = "canary-session/4713";
    private const string Title = "canary title <4714>";
    private const string UpstreamKey = "sk-canary-upstream-4715";
    private const string UpstreamError = "canary upstream error 4716";
    private const string WrongToken = "canary-wrong-token-4717";
    private const string Knowledge = "canary knowledge 4718";

    [Fact]
    public async Task No_canary_is_in_any_log_line_at_trace_level()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = Traced(upstream);
        var channel = await app.CreateChannelAsync(new JsonObject { ["knowledge"] = Knowledge, ["system_prompt"] = Knowledge });
        using var rotated = await app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/key/rotate");
        var current = channel with { Key = (string)(await rotated.JsonAsync())["key"]! };

        await SucceedAsync(app, upstream, current);
        await FailUpstreamAsync(app, upstream, current);
        await BeRefusedAsync(app, current, channel.Key);
        await BreakAsync(app, current);

        string[] canaries = [Message, Reply, Session, Title, UpstreamKey, UpstreamError, WrongToken, Knowledge, channel.Key, current.Key, ChatApp.AdminToken];
        var lines = app.Log.Lines;
        Assert.All(canaries.SelectMany(Forms), form => Assert.DoesNotContain(lines, line => line.Contains(form, StringComparison.OrdinalIgnoreCase)));

        // The controls: the log was on for the framework too, and tells which request of which channel it speaks of.
        Assert.Contains(lines, line => line.StartsWith("Debug Microsoft.", StringComparison.Ordinal) || line.StartsWith("Trace Microsoft.", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("RequestId=control-request", StringComparison.Ordinal) && line.Contains($"Channel={channel.Id}", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Error Chat.Server", StringComparison.Ordinal) && line.Contains("internal_error", StringComparison.Ordinal));
    }

    private static ChatApp Traced(FakeUpstream upstream)
    {
        var app = new ChatApp().WithProvider("mock", upstream, UpstreamKey);
        foreach (var category in new[] { "Default", "Microsoft", "Microsoft.AspNetCore", "Microsoft.Hosting.Lifetime", "System", "System.Net.Http" })
            app.With($"Logging:LogLevel:{category}", "Trace");
        return app;
    }

    private static async Task SucceedAsync(ChatApp app, FakeUpstream upstream, TestChannel channel)
    {
        upstream.Replies(Reply);
        await app.AskAsync(channel, Message, Session, new JsonObject { ["title"] = Title, ["url"] = "https://www.example.com/" });
        Assert.Equal(2, (await app.HistoryAsync(channel, Session)).Count);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/history?session_id={Uri.EscapeDataString(Session)}");
        request.Headers.Add("Authorization", $"Bearer {channel.Key}");
        request.Headers.Add("X-Request-ID", "control-request");
        using var response = await app.Client.SendAsync(request);
        Assert.Equal(200, (int)response.StatusCode);
    }

    private static async Task FailUpstreamAsync(ChatApp app, FakeUpstream upstream, TestChannel channel)
    {
        foreach (var (status, type, body) in new[]
        {
            (500, "application/json", $$$"""{"error":{"message":"{{{UpstreamError}}} {{{UpstreamKey}}}"}}"""),
            (401, "text/html", $"<html>{UpstreamError}</html>"),
            (200, "application/json", $$"""{"choices":"{{UpstreamError}}"}"""),
            (200, "text/plain", UpstreamError),
        })
        {
            upstream.RepliesRaw(status, type, body);
            using var response = await app.SendAsync(channel, Message, Session);
            Assert.Equal(500, (int)response.StatusCode);
        }

        upstream.OnRequest = (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var cut = await app.SendAsync(channel, Message, Session);
        Assert.Equal(500, (int)cut.StatusCode);
    }

    private static async Task BeRefusedAsync(ChatApp app, TestChannel channel, string oldKey)
    {
        var valid = new JsonObject { ["message"] = Message, ["session_id"] = Session }.ToJsonString();
        await AssertStatusAsync(401, app.PostAsync(null, valid));
        await AssertStatusAsync(401, app.PostAsync(oldKey, valid));
        await AssertStatusAsync(401, app.PostAsync(WrongToken, valid));
        await AssertStatusAsync(400, app.PostAsync(channel.Key, $"{{{Message}"));
        await AssertStatusAsync(422, app.PostAsync(channel.Key, $$"""{"message":["{{Message}}"],"session_id":"{{Session}}"}"""));
        await AssertStatusAsync(422, app.SendAsync(channel, Message, Session, new JsonObject { ["url"] = Message }));
        await AssertStatusAsync(413, app.PostAsync(channel.Key, valid + new string(' ', 70_000)));
        await AssertStatusAsync(415, app.PostAsync(channel.Key, valid, "text/plain"));
        await AssertStatusAsync(405, app.GetAsync(channel, $"/chat?session_id={Uri.EscapeDataString(Session)}"));
        await AssertStatusAsync(204, app.GetAsync(channel, $"/history?session_id={Uri.EscapeDataString(Session)}", HttpMethod.Delete));
        await AssertStatusAsync(422, app.AdminAsync(HttpMethod.Patch, $"/admin/v1/channels/{channel.Id}", new JsonObject { ["knowledge"] = Knowledge, ["model"] = Knowledge }));
        using var wrong = new HttpRequestMessage(HttpMethod.Get, "/admin/v1/channels") { Headers = { { "Authorization", $"Bearer {WrongToken}" } } };
        await AssertStatusAsync(401, app.Client.SendAsync(wrong));

        await app.EditChannelAsync(channel, new JsonObject { ["requests_per_minute"] = 1 });
        await AssertStatusAsync(429, app.SendAsync(channel, Message, Session));
        await app.EditChannelAsync(channel, new JsonObject { ["requests_per_minute"] = null, ["active"] = false });
        await AssertStatusAsync(403, app.SendAsync(channel, Message, Session));
        await app.EditChannelAsync(channel, new JsonObject { ["active"] = true });
    }

    private static async Task BreakAsync(ChatApp app, TestChannel channel)
    {
        Sqlite.Execute(app.DatabasePath, "ALTER TABLE turns RENAME TO hidden;");
        await AssertStatusAsync(500, app.SendAsync(channel, Message, Session));
        await AssertStatusAsync(500, app.GetAsync(channel, $"/history?session_id={Uri.EscapeDataString(Session)}"));
    }

    private static async Task AssertStatusAsync(int status, Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        Assert.Equal(status, (int)response.StatusCode);
    }

    /// <summary>The text as it is and encoded; base64 in all three alignments, without the ends that depend on what is around.</summary>
    private static IEnumerable<string> Forms(string canary)
    {
        var bytes = Encoding.UTF8.GetBytes(canary);
        yield return canary;
        yield return Uri.EscapeDataString(canary);
        yield return canary.Replace(' ', '+');
        yield return Convert.ToHexString(bytes);
        for (var skipped = 0; skipped < 3; skipped++)
            yield return Convert.ToBase64String(bytes.AsSpan(skipped, (bytes.Length - skipped) / 3 * 3));
    }
}
