using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Storage;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Contract;

/// <summary>Threads, turns, idempotency keys and their end, on whichever engine.</summary>
public sealed class ConversationContractTests(Engines engines) : IClassFixture<Engines>
{
    private static DateTimeOffset Now => Stores.Now;

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_session_has_one_thread_until_it_expires_and_then_another(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var key = Stores.Session(await stores.OpenChannelAsync());
        var first = await stores.OpenThreadAsync(key, Now);
        Assert.Equal(first, await stores.OpenThreadAsync(key, Now.AddHours(24).AddMilliseconds(-1)));
        // Prolonged by the second message, to the millisecond.
        var end = Now.AddHours(48).AddMilliseconds(-1);
        Assert.Equal(first, await stores.OpenThreadAsync(key, end.AddMilliseconds(-1)));
        Assert.NotEqual(first, await stores.OpenThreadAsync(key, Now.AddDays(9)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_reply_prolongs_its_session_when_it_took_a_second(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        Assert.Empty(await LeftAtTheEndAsync("quick", TimeSpan.FromMilliseconds(999)));
        Assert.Single(await LeftAtTheEndAsync("slow", TimeSpan.FromSeconds(1)));

        // At the end of 24 hours from the message.
        async Task<IReadOnlyList<Turn>> LeftAtTheEndAsync(string session, TimeSpan took)
        {
            var key = Stores.Session(channel, session);
            var (turnId, threadId, _) = await stores.AddTurnAsync(key, "how long?", Now);
            Assert.True(await stores.CompleteAsync(turnId, threadId, "as long as it takes", Now + took));
            return await stores.Conversations.HistoryAsync(key, Now.AddHours(24), CancellationToken.None);
        }
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Of_sixteen_first_messages_at_once_one_opens_the_thread(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        for (var round = 0; round < 4; round++)
        {
            var key = Stores.Session(channel, $"session {round}");
            var threads = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => stores.OpenThreadAsync(key, Now))));
            Assert.Single(threads.Distinct());
        }
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_session_with_a_limit_of_two_a_minute_has_two_also_of_eight_at_once(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var key = Stores.Session(await stores.OpenChannelAsync());
        Assert.NotNull(await stores.OpenThreadAsync(key, Now, perMinute: 2));
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => stores.OpenThreadAsync(key, Now, perMinute: 2))));
        Assert.Single(opened, thread => thread is not null);
        Assert.NotNull(await stores.OpenThreadAsync(key, Now, perMinute: 2, minute: 101));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task History_is_in_order_with_what_is_being_answered_and_prompts_have_the_latest_that_is(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var key = Stores.Session(await stores.OpenChannelAsync());
        for (var i = 1; i <= 4; i++)
            await stores.AnswerAsync(key, $"question {i}", $"answer {i} 👍", Now.AddMilliseconds(i));
        await stores.AddTurnAsync(key, "question 5", Now.AddMilliseconds(5));
        var failed = await stores.AddTurnAsync(key, "question 6", Now.AddMilliseconds(6));
        Assert.True(await stores.WriteAsync(session => stores.Conversations.FailTurnAsync(session, failed.TurnId, "ai_service_error", Now)));

        var history = await stores.Conversations.HistoryAsync(key, Now, CancellationToken.None);
        Assert.Equal(
            [("question 1", "answer 1 👍"), ("question 2", "answer 2 👍"), ("question 3", "answer 3 👍"), ("question 4", "answer 4 👍"), ("question 5", null)],
            history.Select(turn => (turn.Message, turn.Reply)));
        Assert.Equal((Now.AddMilliseconds(2), (DateTimeOffset?)Now.AddMilliseconds(2)), (history[1].CreatedAt, history[1].FinishedAt));
        Assert.Null(history[4].FinishedAt);
        Assert.Equal(["question 4", "question 3"], (await stores.LatestAsync(key, Now, limit: 2)).Select(turn => turn.Message));
        Assert.Equal(["question 4", "question 3", "question 2"], (await stores.LatestAsync(key, Now, taken: 3)).Select(turn => turn.Message));
        Assert.Empty(await stores.Conversations.HistoryAsync(key, Now.AddDays(9), CancellationToken.None));
        Assert.Empty(await stores.LatestAsync(key, Now.AddDays(9)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_longest_message_and_a_long_reply_are_kept_whole(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var key = Stores.Session(await stores.OpenChannelAsync());
        var (message, reply) = (string.Concat(Enumerable.Repeat("👍", 2_000)), string.Concat(Enumerable.Repeat("ß👩‍👩‍👧\n", 20_000)));
        await stores.AnswerAsync(key, message, reply, Now);
        var turn = Assert.Single(await stores.Conversations.HistoryAsync(key, Now, CancellationToken.None));
        Assert.Equal((message, reply), (turn.Message, turn.Reply));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_turn_ends_once(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var key = Stores.Session(await stores.OpenChannelAsync());
        var (turnId, threadId, _) = await stores.AddTurnAsync(key, "hello", Now);
        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => i % 2 == 0
            ? stores.CompleteAsync(turnId, threadId, "hi", Now)
            : stores.WriteAsync(session => stores.Conversations.FailTurnAsync(session, turnId, "interrupted", Now)))));
        Assert.Single(ends, ended => ended);
        Assert.False(await stores.CompleteAsync(turnId, threadId, "again", Now));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_key_finds_its_turn_to_the_letter_for_24_hours_and_is_free_after_a_failure(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        var (key, other) = (Stores.Session(channel), Stores.Session(channel, "other"));
        await stores.AnswerAsync(key, "hello", "hi 👍", Now, "Key-1");
        var (failedId, _, _) = await stores.AddTurnAsync(other, "hello", Now, "Key-2");

        var found = (await FindAsync(stores, channel, "Key-1", Now.AddHours(24).AddMilliseconds(-1)))!;
        Assert.Equal((TurnState.Done, "hi 👍", 3, 4, 7L, Now), (found.State, found.Reply, found.PromptTokens, found.CompletionTokens, found.Charged, found.CreatedAt));
        Assert.Equal(32, found.RequestHash.Length);
        Assert.Null(await FindAsync(stores, channel, "key-1", Now));
        Assert.Null(await FindAsync(stores, await stores.OpenChannelAsync(), "Key-1", Now));
        Assert.Equal((TurnState.Pending, null), await StateAsync("Key-2"));
        await stores.WriteAsync(session => stores.Conversations.FailTurnAsync(session, failedId, "ai_service_error", Now));
        Assert.Null(await FindAsync(stores, channel, "Key-2", Now));
        Assert.Null(await FindAsync(stores, channel, "Key-1", Now.AddHours(24)));
        // Given up for good, and free for another turn.
        Assert.Null(await FindAsync(stores, channel, "Key-1", Now));
        await stores.AnswerAsync(key, "hello", "second", Now, "Key-1");
        Assert.Equal((TurnState.Done, "second"), await StateAsync("Key-1"));

        async Task<(TurnState, string?)> StateAsync(string name) => await FindAsync(stores, channel, name, Now) is { } turn ? (turn.State, turn.Reply) : default;
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_second_turn_with_a_key_that_is_held_does_not_come_to_be(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var key = Stores.Session(await stores.OpenChannelAsync());
        await stores.AddTurnAsync(key, "first", Now, "k");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => stores.AddTurnAsync(key, "second", Now, "k"));
        Assert.Equal("first", Assert.Single(await stores.Conversations.HistoryAsync(key, Now, CancellationToken.None)).Message);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Turns_past_their_lease_are_found_the_longest_abandoned_first(DatabaseEngine engine)
    {
        // Years before any other test's turns, so that theirs are not among them.
        var stores = await engines.StoresAsync(engine);
        var (channel, then) = (await stores.OpenChannelAsync(), Now.AddYears(-5));
        var key = Stores.Session(channel);
        var late = await stores.AddTurnAsync(key, "late", then, lease: TimeSpan.FromMinutes(2));
        var early = await stores.AddTurnAsync(key, "early", then, lease: TimeSpan.FromMinutes(1));
        await stores.AddTurnAsync(key, "running", then, lease: TimeSpan.FromMinutes(2).Add(TimeSpan.FromMilliseconds(1)));
        var found = await stores.Conversations.AbandonedTurnsAsync(then.AddMinutes(2), 10, CancellationToken.None);
        Assert.Equal([early.TurnId, late.TurnId], found.Select(turn => turn.TurnId));
        Assert.Equal((channel.ChannelId, "m", 0L, 10), (found[0].ChannelId, found[0].Model, found[0].Reserved, found[0].Day));
        Assert.Equal([early.TurnId], (await stores.Conversations.AbandonedTurnsAsync(then.AddMinutes(2), 1, CancellationToken.None)).Select(turn => turn.TurnId));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Forgetting_deletes_the_session_and_no_other_and_cuts_loose_what_still_runs(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        var (mine, other) = (Stores.Session(channel), Stores.Session(channel, "other"));
        await stores.AnswerAsync(mine, "keyed", "hi", Now, "k");
        await stores.AnswerAsync(mine, "plain", "hi", Now);
        var (running, threadId, _) = await stores.AddTurnAsync(mine, "running", Now, "r");
        await stores.AnswerAsync(other, "other", "hi", Now);

        await stores.Eraser.ForgetAsync(mine, Now, CancellationToken.None);
        await stores.Eraser.ForgetAsync(mine, Now, CancellationToken.None);

        Assert.Empty(await stores.Conversations.HistoryAsync(mine, Now, CancellationToken.None));
        Assert.Single(await stores.Conversations.HistoryAsync(other, Now, CancellationToken.None));
        // The answered turn is its key's record without a word; the running one settles as any other, and keeps no reply.
        Assert.Equal((TurnState.Done, null), await StateAsync(stores, channel, "k"));
        Assert.True(await stores.CompleteAsync(running, threadId, "late", Now));
        Assert.Equal((TurnState.Done, null), await StateAsync(stores, channel, "r"));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Purging_deletes_what_has_expired_batch_by_batch_and_then_what_it_cut_loose(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var (channel, then) = (await stores.OpenChannelAsync(), Now.AddYears(-4));
        foreach (var name in new[] { "a", "b", "c" })
            await stores.AnswerAsync(Stores.Session(channel, name), "hello", "hi", then, $"key-{name}");
        var lives = Stores.Session(channel, "lives");
        await stores.AnswerAsync(lives, "hello", "hi", then.AddMilliseconds(1));
        var end = then.AddHours(24);

        // Their keys count for as long as the threads do.
        Assert.Equal((0, 2, 1, 0), (await PurgeAsync(end.AddMilliseconds(-1)), await PurgeAsync(end), await PurgeAsync(end), await PurgeAsync(end)));
        Assert.Single(await stores.Conversations.HistoryAsync(lives, end, CancellationToken.None));
        Assert.Null(await FindAsync(stores, channel, "key-a", then));

        // A key younger than its thread's end stays as a record until it is over.
        await stores.AnswerAsync(lives, "keyed", "hi", end.AddMilliseconds(-1), "young");
        await stores.Eraser.ForgetAsync(lives, end, CancellationToken.None);
        Assert.Equal(0, await stores.Eraser.PurgeLooseAsync(end.AddHours(24).AddMilliseconds(-2), 10, CancellationToken.None));
        Assert.Null((await FindAsync(stores, channel, "young", end))!.Reply);
        Assert.Equal(1, await stores.Eraser.PurgeLooseAsync(end.AddHours(24).AddMilliseconds(-1), 10, CancellationToken.None));

        Task<int> PurgeAsync(DateTimeOffset now) => stores.Eraser.PurgeAsync(now, 2, CancellationToken.None);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Messages_that_come_while_their_session_is_forgotten_are_in_the_next_one_or_gone(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var key = Stores.Session(await stores.OpenChannelAsync());
        for (var round = 0; round < 25; round++)
        {
            var writing = Task.Run(() => AddInOneAsync(stores, key));
            var forgetting = Task.Run(() => stores.Eraser.ForgetAsync(key, Now, CancellationToken.None));
            await Task.WhenAll(writing, forgetting);
            Assert.InRange((await stores.Conversations.HistoryAsync(key, Now, CancellationToken.None)).Count, 0, 1);
            await stores.Eraser.ForgetAsync(key, Now, CancellationToken.None);
            Assert.Empty(await stores.Conversations.HistoryAsync(key, Now, CancellationToken.None));
        }
    }

    // Thread and turn in one transaction, as the product admits a message.
    private static Task<long> AddInOneAsync(Stores stores, SessionKey key) => stores.WriteAsync(async session =>
    {
        var threadId = await stores.Conversations.OpenThreadAsync(session, key, new MinuteLimit(100, int.MaxValue), Now, Now.AddHours(24));
        return await stores.Conversations.AddTurnAsync(session, new NewTurn(
            Guid.CreateVersion7(Now), key.ChannelId, threadId!.Value, "m", "hello", 0, 10, null, null, Now, Now.AddMinutes(4)));
    });

    private static Task<KeyedTurn?> FindAsync(Stores stores, Channel channel, string key, DateTimeOffset now) =>
        stores.WriteAsync(session => stores.Conversations.FindByIdempotencyKeyAsync(session, channel.ChannelId, key, now));

    private static async Task<(TurnState, string?)> StateAsync(Stores stores, Channel channel, string key) =>
        await FindAsync(stores, channel, key, Now) is { } turn ? (turn.State, turn.Reply) : (TurnState.Failed, "not found");
}
