using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>What the process measures under one meter, from now on: that of every application in it, so tests ask for "at least".</summary>
internal sealed class Measured : IDisposable
{
    private readonly ConcurrentQueue<(string Name, string Tags, double Value)> _values = [];
    private readonly ConcurrentDictionary<string, bool> _tags = [];
    private readonly MeterListener _listener = new();

    public Measured(string meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter)
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
