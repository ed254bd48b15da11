using System.Security.Cryptography;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Quotas;
using Chat.Server.Quotas.Alerts;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Contract;

/// <summary>Every store of the product over one database, and the least that a test of one needs of the others.</summary>
internal sealed class Stores(Database database)
{
    public static DateTimeOffset Now => ChatApp.Noon;

    public Database Database => database;

    public ChannelStore Channels { get; } = new(database);

    public QuotaStore Quotas { get; } = new(database);

    public GrantStore Grants { get; } = new();

    public LedgerStore Ledger { get; } = new(database);

    public UsageStore Usage { get; } = new(database);

    public AlertStore Alerts { get; } = new(database);

    public ConversationStore Conversations { get; } = new(database);

    public TurnStore Turns { get; } = new(database);

    public FeedbackStore Feedback { get; } = new(database);

    public ThreadEraser Eraser { get; } = new(database, new FeedbackStore(database));

    public static Channel NewChannel(ChannelSettings? settings = null) => new()
    {
        PublicId = Guid.CreateVersion7(Now),
        Settings = settings ?? new ChannelSettings { Name = "A shop" },
        KeyHash = RandomNumberGenerator.GetBytes(32),
        KeySealed = RandomNumberGenerator.GetBytes(200),
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    public static SessionKey Session(Channel channel, string name = "session") => SessionKey.Of(channel.ChannelId, name);

    public Task<T> WriteAsync<T>(Func<DbSession, Task<T>> work) => database.WriteAsync(work, CancellationToken.None);

    public Task WriteAsync(Func<DbSession, Task> work) => database.WriteAsync(
        async session =>
        {
            await work(session);
            return true;
        },
        CancellationToken.None);

    /// <summary>A channel with its account, as the product makes one.</summary>
    public async Task<Channel> OpenChannelAsync(long credits = 1_000_000, ChannelSettings? settings = null)
    {
        var channel = NewChannel(settings);
        var number = await WriteAsync(async session =>
        {
            var channelId = await Channels.InsertAsync(session, channel);
            await Quotas.OpenAccountAsync(session, channelId);
            await Grants.AddAsync(session, channelId, credits, "first", null, Now);
            return channelId;
        });
        return channel with { ChannelId = number };
    }

    public async Task<Account> AccountAsync(Channel channel) => (await Quotas.FindAccountAsync(channel.ChannelId, CancellationToken.None))!;

    public Task<QuotaStore.AdmittedRow?> AdmitAsync(
        Channel channel, long minute = 100, int perMinute = 60, int day = 10, int perDay = 1_000, long wanted = 500, long floor = 100) =>
        WriteAsync(session => Quotas.AdmitAsync(session, new QuotaStore.AdmitArguments(channel.ChannelId, minute, perMinute, day, perDay, wanted, floor)));

    public Task<long?> OpenThreadAsync(SessionKey key, DateTimeOffset now, int perMinute = int.MaxValue, long minute = 100) =>
        WriteAsync(session => Conversations.OpenThreadAsync(session, key, new MinuteLimit(minute, perMinute), now, now.AddHours(24)));

    /// <summary>The session's latest answered turns, the latest first, until so many were taken.</summary>
    public async Task<IReadOnlyList<Turn>> LatestAsync(SessionKey key, DateTimeOffset now, int limit = 9, int taken = 9)
    {
        List<Turn> turns = [];
        await WriteAsync(session => Conversations.ReadBackAsync(session, key, now, limit, turn =>
        {
            turns.Add(turn);
            return turns.Count < taken;
        }).AsTask());
        return turns;
    }

    /// <summary>A pending turn of a session, with nothing reserved.</summary>
    public async Task<(long TurnId, long ThreadId, Guid MessageId)> AddTurnAsync(
        SessionKey key, string message, DateTimeOffset now, string? idempotencyKey = null, TimeSpan? lease = null)
    {
        var threadId = (await OpenThreadAsync(key, now))!.Value;
        var messageId = Guid.CreateVersion7(now);
        byte[]? hash = idempotencyKey is null ? null : SHA256.HashData([1]);
        var turn = new NewTurn(messageId, key.ChannelId, threadId, "m", message, 0, 10, idempotencyKey, hash, now, now + (lease ?? TimeSpan.FromMinutes(4)));
        return (await WriteAsync(session => Conversations.AddTurnAsync(session, turn)), threadId, messageId);
    }

    /// <summary>A turn with its reply.</summary>
    public async Task<long> AnswerAsync(SessionKey key, string message, string reply, DateTimeOffset now, string? idempotencyKey = null)
    {
        var (turnId, threadId, _) = await AddTurnAsync(key, message, now, idempotencyKey);
        Assert.True(await CompleteAsync(turnId, threadId, reply, now));
        return turnId;
    }

    public Task<bool> CompleteAsync(long turnId, long threadId, string reply, DateTimeOffset now) => WriteAsync(async session =>
    {
        if (!await Conversations.CompleteTurnAsync(session, new FinishedTurn(turnId, reply, 3, 4, 7, now)))
            return false;
        await Conversations.ProlongThreadAsync(session, threadId, DateTimeOffset.MinValue, now.AddHours(24));
        return true;
    });
}
