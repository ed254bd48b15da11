using System.Collections.Concurrent;

namespace Chat.Server.Tests.Exactness;

/// <summary>Sends a load to some processes, so many chats at once to each, and looks at the books again and again meanwhile.</summary>
internal sealed class LoadDriver(IReadOnlyList<HttpClient> clients, string channelKey, Books? books, Func<Task<string>>? audit = null)
{
    private const int AtOncePerProcess = 64;
    private const int CallsPerLook = 25;
    private const int CallsPerAudit = 1_000;

    private readonly ConcurrentBag<(PlannedChat Chat, Outcome Outcome)> _outcomes = [];
    private readonly ConcurrentBag<string> _faults = [];
    private int _looks;

    public IReadOnlyCollection<(PlannedChat Chat, Outcome Outcome)> Outcomes => _outcomes;

    /// <summary>What was wrong with the books at some instant of the load.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>At how many instants the books were read.</summary>
    public int Looks => _looks;

    public Task RunAsync(IEnumerable<PlannedChat> load) => Parallel.ForEachAsync(
        load,
        new ParallelOptions { MaxDegreeOfParallelism = AtOncePerProcess * clients.Count },
        async (chat, _) =>
        {
            var first = clients[chat.Index % clients.Count];
            var second = clients[(chat.Index + 1) % clients.Count];
            await Task.WhenAll(chat.Twice ? [CallAsync(first, chat), CallAsync(second, chat)] : [CallAsync(first, chat)]);
            if (chat.Index % CallsPerLook == 0)
                Look();
            if (chat.Index % CallsPerAudit == 0 && audit is not null && await audit() is var said && said != Deployment.CleanAudit)
                _faults.Add($"the service's own audit, under load: {said}");
        });

    public string Tally() => string.Join(
        ", ",
        _outcomes.Select(pair => pair.Outcome)
            .GroupBy(outcome => $"{outcome.Status} {outcome.Code}{(outcome.Replayed ? "replayed" : "")}".Trim())
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} x {group.Key}"));

    private async Task CallAsync(HttpClient client, PlannedChat chat)
    {
        using var patience = chat.HangsUpAfter is { } after ? new CancellationTokenSource(after, TimeProvider.System) : new CancellationTokenSource();
        _outcomes.Add((chat, await client.ChatAsync(channelKey, chat.Message, chat.Key, patience.Token)));
    }

    private void Look()
    {
        if (books is null)
            return;
        Interlocked.Increment(ref _looks);
        foreach (var fault in books.ReadBalances().SelectMany(balance => balance.Faults()))
            _faults.Add(fault);
    }
}
