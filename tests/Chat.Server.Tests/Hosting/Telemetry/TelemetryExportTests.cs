using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting.Telemetry;

/// <summary>What reaches a collector, over real HTTP, and what never does.</summary>
public sealed class TelemetryExportTests : IAsyncLifetime
{
    private const string Question = "A question that is between the visitor and the model";
    private const string Answer = "An answer that is between the model and the visitor";
    private const string Prompt = "A prompt that is the owner's own";
    private const string Session = "session-that-is-nobody-s-business";
    private const string UpstreamKey = "sk-key-of-the-provider";

    private FakeUpstream _upstream = null!;
    private FakeCollector _collector = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _collector = await FakeCollector.StartAsync();
        _upstream.Replies(Answer);
    }

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Fact]
    public async Task Traces_and_metrics_of_chats_arrive_by_the_conventions_names()
    {
        await RunAsync();
        Assert.All(
            new[]
            {
                "chat llama-3.3-70b-versatile", "gen_ai.operation.name", "gen_ai.provider.name", "watched", "gen_ai.request.model", "gen_ai.response.finish_reasons",
                "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "server.address", "error.type", "POST /chat", "http.response.status_code",
            },
            name => Assert.Contains(name, _collector.Traces, StringComparison.Ordinal));
        Assert.All(
            new[]
            {
                "gen_ai.client.operation.duration", "gen_ai.client.token.usage", "gen_ai.token.type", "chat.provider.attempts", "chat.provider.circuit.open",
                "chat.requests.answered", "chat.tokens", "http.server.request.duration", "http.client.request.duration", "dotnet.gc.collections",
            },
            name => Assert.Contains(name, _collector.Metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_no_session_and_no_word_of_a_message_leaves()
    {
        var key = await RunAsync();
        Assert.NotEmpty(_collector.Traces);
        foreach (var secret in new[] { Question, Answer, Prompt, Session, UpstreamKey, key, ChatApp.AdminToken })
        {
            Assert.DoesNotContain(secret, _collector.Traces, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, _collector.Metrics, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_asks_for_the_content_gets_it_and_still_no_key()
    {
        var key = await RunAsync(("Telemetry:CaptureMessageContent", "true"));
        Assert.Contains("gen_ai.input.messages", _collector.Traces, StringComparison.Ordinal);
        Assert.Contains(Question, _collector.Traces, StringComparison.Ordinal);
        Assert.Contains(Answer, _collector.Traces, StringComparison.Ordinal);
        Assert.DoesNotContain(Question, _collector.Metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(UpstreamKey, _collector.Traces, StringComparison.Ordinal);
        Assert.DoesNotContain(key, _collector.Traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_library_s_own_settings_name_the_service()
    {
        await RunAsync(("OTEL_SERVICE_NAME", "chat-of-the-test"), ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=staging"));
        Assert.Contains("chat-of-the-test", _collector.Traces, StringComparison.Ordinal);
        Assert.Contains("staging", _collector.Metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_an_endpoint_the_library_is_not_even_loaded(bool exporting)
    {
        var folder = Directory.CreateTempSubdirectory("chat-telemetry-");
        Dictionary<string, string> environment = exporting
            ? new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Endpoint, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" }
            : [];
        await using (var server = ServerProcess.Start(folder.FullName, environment))
        {
            await server.ReadUntilAsync("Now listening");
            Assert.Equal(exporting, (await File.ReadAllTextAsync($"/proc/{server.Id}/maps")).Contains("OpenTelemetry", StringComparison.Ordinal));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_no_answer_and_little_time_at_the_end()
    {
        var started = TimeProvider.System.GetTimestamp();
        await ChatAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
    }

    // Answers, a failure and a look at the history; then a shutdown, which flushes.
    private async Task<string> RunAsync(params (string Key, string Value)[] settings)
    {
        var key = await ChatAsync(settings);
        // The factory of tests does not wait for the end of a shutdown as the program does.
        await Eventually.TrueAsync(() => _collector.Traces.Length > 0 && _collector.Metrics.Length > 0);
        return key;
    }

    private async Task<string> ChatAsync(params (string Key, string Value)[] settings)
    {
        await using var app = new ChatApp().WithProvider("watched", _upstream, UpstreamKey)
            .With("OTEL_EXPORTER_OTLP_ENDPOINT", _collector.Endpoint).With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        foreach (var (key, value) in settings)
            app.With(key, value);
        var channel = await app.CreateChannelAsync(new JsonObject { ["system_prompt"] = Prompt });
        await app.AskAsync(channel, Question, Session);
        await app.HistoryAsync(channel, Session);
        _upstream.RepliesRaw(503, "text/plain", Answer);
        using (var failed = await app.SendAsync(channel, Question, Session))
            Assert.Equal(500, (int)failed.StatusCode);
        return channel.Key;
    }
}
