using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Quotas;

public sealed class MetricsTests
{
    private const string Model = "gemma2-9b-it";

    [Fact]
    public async Task What_was_answered_failed_and_refused_is_measured_under_few_tags()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream);
        using var measured = new Measured();
        // No other test makes a channel of this model with this limit, and the meter is the process's.
        var channel = await app.CreateChannelAsync(new JsonObject { ["model"] = Model, ["requests_per_minute"] = 2 });

        await app.AskAsync(channel, "A secret question");
        upstream.RepliesRaw(400, "text/plain", "no");
        using (await app.SendAsync(channel, "hi"))
        using (await app.SendAsync(channel, "hi"))
        using (await app.SendAsync(channel, "hi"))
        {
            Assert.True(measured.Sum("chat.requests.answered", $"model={Model}") >= 1);
            Assert.True(measured.Sum("chat.requests.failed", $"model={Model},reason=ai_service_error") >= 1);
            Assert.True(measured.Sum("chat.requests.refused", "reason=rate_limit_exceeded") >= 2);
            Assert.True(measured.Sum("chat.tokens", $"model={Model},direction=prompt") >= 41);
            Assert.True(measured.Sum("chat.tokens", $"model={Model},direction=completion") >= 9);
            Assert.True(measured.Sum("chat.credits", $"model={Model}") >= 12_500);
            Assert.True(measured.Count("chat.turn.duration", $"model={Model}") >= 1);
        }

        Assert.All(measured.Tags, tag => Assert.Contains(tag, (string[])["model", "reason", "direction"]));
    }

    private sealed class Measured : IDisposable
    {
        private readonly ConcurrentQueue<(string Name, string Tags, double Value)> _values = [];
        private readonly ConcurrentDictionary<string, bool> _tags = [];
        private readonly MeterListener _listener = new();

        public Measured()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Chat")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IEnumerable<string> Tags => _tags.Keys;

        public double Sum(string name, string tags) => _values.Where(value => value.Name == name && value.Tags == tags).Sum(value => value.Value);

        public int Count(string name, string tags) => _values.Count(value => value.Name == name && value.Tags == tags);

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            List<string> texts = [];
            foreach (var (name, text) in tags)
            {
                _tags[name] = true;
                texts.Add($"{name}={text}");
            }

            _values.Enqueue((instrument.Name, string.Join(',', texts), value));
        }
    }
}
