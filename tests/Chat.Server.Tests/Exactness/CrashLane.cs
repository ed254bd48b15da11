using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Exactness;

/// <summary>
/// One database, one process and some clients that retry with the same key until they are answered. The process is killed at
/// seeded moments of the traffic, and started again at once.
/// </summary>
internal sealed class CrashLane(int seed, Deployment deployment, string channelKey) : IAsyncDisposable
{
    private const int Clients = 6;
    private const int MostEventsToAKill = 25;

    // Longer than any lease: what ages a pending turn by it has, for the service, stood through a long outage.
    private const long OutageMilliseconds = 600_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _faults = [];
    private readonly string _copies = Directory.CreateTempSubdirectory("chat-crash-").FullName;
    private readonly CancellationTokenSource _noNewChats = new();
    private TaskCompletionSource<HttpClient> _service = NewService(deployment.Processes[0]);
    private KillPoint _next = new(Place.Sent, 0, new TaskCompletionSource());
    private int _chats;

    /// <summary>What a kill waits for: a number of passings of one place on the way of the traffic.</summary>
    private enum Place
    {
        Sent,
        UpstreamAsked,
        UpstreamAnswers,
        Answered,
    }

    /// <summary>How long every start after a kill took to be ready.</summary>
    public List<TimeSpan> TimesToReady { get; } = [];

    /// <summary>How many chats there were, each with a key of its own.</summary>
    public int Chats => _chats;

    public IReadOnlyCollection<string> Faults => _faults;

    public static async Task<CrashLane> StartAsync(int seed)
    {
        var deployment = await Deployment.StartAsync(1, ("Sessions__TurnTimeout", "00:00:05"), ("Sessions__SweepInterval", "00:00:01"));
        var key = await deployment.CreateChannelAsync(new JsonObject
        {
            ["requests_per_minute"] = 100_000,
            ["requests_per_day"] = 1_000_000,
            ["max_output_tokens"] = 64,
            ["credits"] = 1_000_000,
        });
        return new CrashLane(seed, deployment, key);
    }

    public async Task RunAsync(int kills)
    {
        deployment.Upstream.OnRequest = AnswerAsync;
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(KeepChattingAsync)).ToArray();
        for (var kill = 0; kill < kills; kill++)
            await KillAsync(kill);
        await _noNewChats.CancelAsync();
        AgePendingTurns(before: long.MaxValue);
        await Task.WhenAll(clients).WaitAsync(Patience);
        if (await deployment.AuditAsync() is var audit && audit != Deployment.CleanAudit)
            _faults.Enqueue($"the service's own audit: {audit}");
        CheckTheEnd();
    }

    public async ValueTask DisposeAsync()
    {
        _noNewChats.Dispose();
        await deployment.DisposeAsync();
        Directory.Delete(_copies, recursive: true);
    }

    private static TaskCompletionSource<HttpClient> NewService(ServerProcess? process = null)
    {
        var service = new TaskCompletionSource<HttpClient>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (process is not null)
            service.SetResult(process.Client);
        return service;
    }

    private async Task KillAsync(int kill)
    {
        var point = new KillPoint((Place)_random.Next(4), _random.Next(1, MostEventsToAKill), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var spins = _random.Next(20_000);
        var outage = _random.Next(2) == 0;
        Volatile.Write(ref _next, point);
        await point.Reached.Task.WaitAsync(Patience);
        // Up to a fraction of a millisecond later: within a transaction as well as between two.
        Thread.SpinWait(spins);

        var killed = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        _service = NewService();
        await deployment.Processes[0].KillAsync();
        Check($"kill {kill} ({point.Place} {point.Event})", deployment.Books.CopyTo(Path.Combine(_copies, "at-kill")));
        var process = await deployment.RestartAsync();
        TimesToReady.Add(process.TimeToReady);
        if (outage)
            AgePendingTurns(killed);
        _service.SetResult(process.Client);
    }

    private void AgePendingTurns(long before) =>
        deployment.Books.Execute($"UPDATE turns SET lease_until = lease_until - {OutageMilliseconds} WHERE state = 0 AND created_at <= {before}");

    // Chats until it is told to stop, and then until each of its chats is answered.
    private async Task KeepChattingAsync()
    {
        List<string> unanswered = [];
        while (!_noNewChats.IsCancellationRequested || unanswered.Count > 0)
        {
            var chat = _noNewChats.IsCancellationRequested || unanswered.Count >= Clients ? unanswered[0] : $"lane {seed} chat {Interlocked.Increment(ref _chats):D5}";
            unanswered.Remove(chat);
            if (!await TryChatAsync(chat))
                unanswered.Add(chat);
        }
    }

    private async Task<bool> TryChatAsync(string chat)
    {
        var client = await Volatile.Read(ref _service).Task.WaitAsync(Patience);
        Pass(Place.Sent);
        var outcome = await client.ChatAsync(channelKey, chat, idempotencyKey: chat.Replace(' ', '-'));
        Pass(Place.Answered);
        if (outcome.Status is not (0 or 200 or 409 or 500 or 503))
            _faults.Enqueue($"{chat}: {outcome}");
        if (outcome.Status == 409)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        if (outcome.Status != 200)
            return false;
        if (_answers.GetOrAdd(chat, outcome.MessageId!) != outcome.MessageId)
            _faults.Enqueue($"{chat}: answered twice, by different turns");
        return true;
    }

    private async Task AnswerAsync(UpstreamRequest request, Microsoft.AspNetCore.Http.HttpContext context)
    {
        Pass(Place.UpstreamAsked);
        var luck = Random.Shared.Next(8);
        await Task.Delay(TimeSpan.FromMilliseconds(luck), TimeProvider.System);
        if (luck == 0)
            context.Response.StatusCode = 500;
        else
            await FakeUpstream.Answer(context, $"You said: {request.Question}");
        Pass(Place.UpstreamAnswers);
    }

    private void Pass(Place place)
    {
        var point = Volatile.Read(ref _next);
        if (point.Place == place && point.CountDown() == 0)
            point.Reached.TrySetResult();
    }

    private void CheckTheEnd()
    {
        Check("the end", deployment.Books);
        var books = deployment.Books;
        if (books.Scalar("SELECT COUNT(*) FROM turns WHERE state = 0") is > 0 and var pending)
            _faults.Enqueue($"{pending} turns are still pending");
        if (books.Scalar("SELECT COUNT(*) FROM usage") is var lines && (lines != _chats || _answers.Count != _chats))
            _faults.Enqueue($"{_chats} chats, {_answers.Count} answers, {lines} lines of usage");
        foreach (var (chat, messageId) in _answers)
        {
            if (books.Scalar($"SELECT COUNT(*) FROM turns WHERE state = 1 AND message = '{chat}' AND message_id = '{messageId}'") != 1)
                _faults.Enqueue($"{chat}: the reply that was given is not the one that is stored");
        }
    }

    private void Check(string when, Books books)
    {
        foreach (var fault in books.Faults())
            _faults.Enqueue($"{when}: {fault}");
    }

    private sealed class KillPoint(Place place, int count, TaskCompletionSource reached)
    {
        private int _passed;

        public Place Place => place;

        public int Event { get; } = count;

        public TaskCompletionSource Reached => reached;

        public int CountDown() => Event - Interlocked.Increment(ref _passed);
    }
}
