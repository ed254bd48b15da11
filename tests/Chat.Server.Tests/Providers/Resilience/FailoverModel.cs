namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>What an upstream does, as far as the model of fail-over knows.</summary>
internal enum Conduct
{
    Answers,
    FailsAsProvider,
    FailsAsModel,
    RefusesTheRequest,
    DiesAfterTheFirstPiece,
}

/// <summary>A circuit as it is meant: five calls, seven tenths of them failed. Time either stands still or passes every window and break.</summary>
internal sealed class CircuitModel(int leastCalls)
{
    private int _calls;
    private int _failures;
    private bool _open;
    private bool _due;

    public bool Admits => !_open || _due;

    public void Record(bool failed)
    {
        if (_open)
        {
            (_open, _due) = (failed, false);
            return;
        }

        _calls++;
        _failures += failed ? 1 : 0;
        if (failed && _calls >= leastCalls && _failures * 10 >= _calls * 7)
            (_open, _due, _calls, _failures) = (true, false, 0, 0);
    }

    public void TimePasses() => (_due, _calls, _failures) = (_open, 0, 0);
}

/// <summary>Who is called for a request and how it ends, from what was said about fail-over and circuits alone.</summary>
internal sealed class FailoverModel(int leastCalls = 5)
{
    private readonly Dictionary<string, CircuitModel> _circuits = new(StringComparer.Ordinal);

    /// <summary>The providers that are called, in order, and the one that answers; null: the documented error.</summary>
    public (string[] Called, string? Answering) Ask(string model, string[] order, IReadOnlyDictionary<string, Conduct> conduct)
    {
        List<string> called = [];
        foreach (var provider in order)
        {
            if (!Call(provider, model, conduct[provider], out var reached))
            {
                if (reached)
                    called.Add(provider);
                continue;
            }

            called.Add(provider);
            if (conduct[provider] != Conduct.DiesAfterTheFirstPiece)
                return ([.. called], provider);
            for (var count = 0; count < 3; count++)
                Call(provider, model, Conduct.FailsAsProvider, out _);
            return ([.. called], null);
        }

        return ([.. called], null);
    }

    public void TimePasses()
    {
        foreach (var circuit in _circuits.Values)
            circuit.TimePasses();
    }

    private bool Call(string provider, string model, Conduct conduct, out bool reached)
    {
        var (outer, inner) = (Circuit(provider), Circuit($"{provider}/{model}"));
        reached = outer.Admits && inner.Admits;
        if (reached)
            inner.Record(conduct == Conduct.FailsAsModel);
        // What the inner circuit refuses is no failure of the provider.
        if (outer.Admits)
            outer.Record(reached && conduct == Conduct.FailsAsProvider);
        return reached && conduct is Conduct.Answers or Conduct.DiesAfterTheFirstPiece && reached;
    }

    private CircuitModel Circuit(string name) =>
        _circuits.TryGetValue(name, out var circuit) ? circuit : _circuits[name] = new CircuitModel(leastCalls);
}
