using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Chat.Server.Providers;
using Chat.Server.Tests.Providers.Resilience;

namespace Chat.Server.Tests.Providers;

/// <summary>Spans and measurements of single calls, as a listener in the process sees them.</summary>
public sealed class GenAITelemetryTests : IDisposable
{
    // The sources are the process's: only what names this model is of these tests.
    private const string Model = "telemetry-model";

    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ConcurrentQueue<(string Name, Dictionary<string, object?> Tags, double Value)> _values = [];
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public GenAITelemetryTests()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ProviderMetrics.MeterName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.DisplayName == $"chat {Model}" && span.Recorded)
                    _spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ProviderMetrics.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.Start();
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_is_a_span_with_what_was_asked_and_used(bool streamed)
    {
        await using var providers = await StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Answering("Paris."));
        await providers.AskAsync(streamed, maxOutputTokens: 99, model: Model);
        var span = Assert.Single(_spans);
        Assert.Equal((ActivityKind.Client, ActivityStatusCode.Unset), (span.Kind, span.Status));
        var tags = span.TagObjects.Where(tag => tag.Value is not null).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
        Assert.Equal(
            ("chat", "alpha", Model, "127.0.0.1", providers.Alpha.Address.Port, 99, 41L, 9L),
            (tags["gen_ai.operation.name"], tags["gen_ai.provider.name"], tags["gen_ai.request.model"], tags["server.address"], tags["server.port"],
                tags["gen_ai.request.max_tokens"], tags["gen_ai.usage.input_tokens"], tags["gen_ai.usage.output_tokens"]));
        Assert.Equal(streamed ? "the-model-there" : Model, tags["gen_ai.response.model"]);
        Assert.Equal(["stop"], (string[])tags["gen_ai.response.finish_reasons"]!);
        Assert.Equal(streamed, tags.ContainsKey("gen_ai.response.time_to_first_chunk"));
        Assert.False(tags.ContainsKey("error.type"));
        Assert.False(tags.ContainsKey("gen_ai.input.messages"));
        Assert.False(tags.ContainsKey("gen_ai.output.messages"));

        Assert.Equal([41, 9], Values("gen_ai.client.token.usage").OrderByDescending(value => value.Value).Select(value => value.Value));
        Assert.Equal(["input", "output"], Values("gen_ai.client.token.usage").Select(value => value.Tags["gen_ai.token.type"]).Order());
        Assert.Single(Values("gen_ai.client.operation.duration"));
        Assert.Equal(streamed ? 1 : 0, Values("gen_ai.client.operation.time_to_first_chunk").Count());
    }

    [Fact]
    public async Task A_fail_over_is_two_spans_and_the_first_says_what_went_wrong()
    {
        await using var providers = await StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Status(429));
        TwoProviders.Do(providers.Beta, Upstreams.Answering("Paris."));
        await providers.AskAsync(streamed: true, model: Model);
        Assert.Equal([("alpha", "429", ActivityStatusCode.Error), ("beta", null, ActivityStatusCode.Unset)], _spans.Select(Outcome));
        Assert.Equal(["429", null], Values("gen_ai.client.operation.duration").Select(value => value.Tags.GetValueOrDefault("error.type")));
        Assert.Equal([("alpha/telemetry-model", "failed"), ("beta/telemetry-model", "answered")], Values("chat.provider.attempts").Select(value => ((string)value.Tags["attempt"]!, (string)value.Tags["outcome"]!)));
    }

    [Fact]
    public async Task Retries_are_within_the_span_of_their_attempt()
    {
        await using var providers = await StartAsync(("Providers:alpha:Retries", "2"));
        TwoProviders.Do(providers.Alpha, Upstreams.Html(502));
        TwoProviders.Do(providers.Beta, Upstreams.Answering("Paris."));
        var asking = providers.AskAsync(streamed: false, model: Model);
        await providers.PassUntilAsync(() => asking.IsCompleted);
        Assert.Equal(3, providers.Alpha.Requests.Count);
        Assert.Equal([("alpha", "502", ActivityStatusCode.Error), ("beta", null, ActivityStatusCode.Unset)], _spans.Select(Outcome));
    }

    [Fact]
    public async Task A_stream_that_dies_is_an_error_and_one_that_nobody_reads_to_its_end_is_cancelled()
    {
        await using var providers = await StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Beginning("Pa", (_, _) => Task.CompletedTask));
        await providers.AskAsync(streamed: true, model: Model);
        TwoProviders.Do(providers.Alpha, Upstreams.Beginning("Pa", Upstreams.Stalling));
        await using (var updates = providers.Client(Model).GetStreamingResponseAsync([]).GetAsyncEnumerator())
            Assert.True(await updates.MoveNextAsync());
        Assert.Equal(["truncated_response", "cancelled"], _spans.Select(span => span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task A_call_that_an_open_circuit_kept_back_is_no_call()
    {
        await using var providers = await StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Reset);
        TwoProviders.Do(providers.Beta, Upstreams.Answering("Paris."));
        for (var reply = 0; reply < 8; reply++)
            await providers.AskAsync(streamed: false, model: Model);
        Assert.Equal(5, _spans.Count(span => Outcome(span).Provider == "alpha"));
        Assert.Equal(5 + 8, Values("gen_ai.client.operation.duration").Count());
        Assert.Equal(3, Values("chat.provider.attempts").Count(value => Equals(value.Tags["outcome"], "skipped")));
    }

    [Fact]
    public async Task Who_asks_for_it_has_the_messages_in_the_span()
    {
        await using var providers = await StartAsync(("Telemetry:CaptureMessageContent", "true"));
        TwoProviders.Do(providers.Alpha, Upstreams.Answering("Paris."));
        await providers.AskAsync(streamed: true, model: Model);
        var span = Assert.Single(_spans);
        Assert.Equal("""[{"role":"user","parts":[{"type":"text","content":"What is the capital of France?"}]}]""", span.GetTagItem("gen_ai.input.messages"));
        Assert.Equal("""[{"role":"assistant","parts":[{"type":"text","content":"Paris."}]}]""", span.GetTagItem("gen_ai.output.messages"));
    }

    [Fact]
    public async Task An_open_circuit_can_be_seen()
    {
        await using var providers = await StartAsync();
        TwoProviders.Do(providers.Alpha, Upstreams.Status(429));
        for (var reply = 0; reply < 5; reply++)
            await providers.AskAsync(streamed: false, model: Model);
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.RecordObservableInstruments();
        Assert.Contains(_values, value => value.Name == "chat.provider.circuit.open" && Equals(value.Tags["circuit"], $"alpha/{Model}") && value.Value == 1);
        Assert.Contains(_values, value => value.Name == "chat.provider.circuit.opened" && Equals(value.Tags["circuit"], $"alpha/{Model}"));
    }

    private static Task<TwoProviders> StartAsync(params (string Key, string Value)[] settings) =>
        TwoProviders.StartAsync([($"Models:{Model}:Attempts:0:Provider", "alpha"), ($"Models:{Model}:Attempts:1:Provider", "beta"), .. settings]);

    private static (string? Provider, string? Error, ActivityStatusCode Status) Outcome(Activity span) =>
        (span.GetTagItem("gen_ai.provider.name") as string, span.GetTagItem("error.type") as string, span.Status);

    private IEnumerable<(string Name, Dictionary<string, object?> Tags, double Value)> Values(string name) => _values.Where(value =>
        value.Name == name && (Equals(value.Tags.GetValueOrDefault("gen_ai.request.model"), Model) || value.Tags.GetValueOrDefault("attempt") is string attempt && attempt.EndsWith(Model, StringComparison.Ordinal)));

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _values.Enqueue((instrument.Name, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal), value));
}
