using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Contract;

/// <summary>One turn by its id, requests to stop one, and what visitors think of replies, on whichever engine.</summary>
public sealed class TurnContractTests(Engines engines) : IClassFixture<Engines>
{
    private static DateTimeOffset Now => Stores.Now;

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_turn_is_found_in_its_channel_alone_as_long_as_its_session_lives(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var (channel, other) = (await stores.OpenChannelAsync(), await stores.OpenChannelAsync());
        var name = string.Concat(Enumerable.Repeat("👍", 255));
        var (turnId, threadId, id) = await stores.AddTurnAsync(Stores.Session(channel, name), "hello", Now);
        Assert.Equal((id, name, TurnState.Pending, "", ""), Facts(await FindAsync(channel, Now)));
        // A pending turn is there as long as its thread is.
        Assert.NotNull(await FindAsync(channel, Now.AddDays(2)));
        Assert.Null(await FindAsync(other, Now));

        await stores.CompleteAsync(turnId, threadId, "hi 😀", Now);
        var done = await FindAsync(channel, Now.AddHours(24).AddMilliseconds(-1));
        Assert.Equal((id, name, TurnState.Done, "hi 😀", ""), Facts(done));
        Assert.Equal((3, 4, 7L), (done!.PromptTokens, done.CompletionTokens, done.Charged));
        Assert.Null(await FindAsync(channel, Now.AddHours(24)));
        await stores.Eraser.ForgetAsync(Stores.Session(channel, name), Now, CancellationToken.None);
        Assert.Null(await FindAsync(channel, Now));

        Task<StoredTurn?> FindAsync(Channel of, DateTimeOffset at) => stores.Turns.FindAsync(of.ChannelId, id, at, CancellationToken.None);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_failed_turn_says_why_and_an_empty_reply_is_in_no_prompt(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        var key = Stores.Session(channel);
        var failed = await stores.AddTurnAsync(key, "one", Now);
        await stores.WriteAsync(session => stores.Conversations.FailTurnAsync(session, failed.TurnId, "ai_service_error", Now));
        Assert.Equal(
            (failed.MessageId, "session", TurnState.Failed, "", "ai_service_error"),
            Facts(await stores.Turns.FindAsync(channel.ChannelId, failed.MessageId, Now, CancellationToken.None)));
        await stores.AnswerAsync(key, "two", "", Now);
        await stores.AnswerAsync(key, "three", "3", Now);
        Assert.Equal([("three", "3"), ("two", "")], (await stores.LatestAsync(key, Now)).Select(turn => (turn.Message, turn.Reply)));
        Assert.Equal(["two", "three"], (await stores.Conversations.HistoryAsync(key, Now, CancellationToken.None)).Select(turn => turn.Message));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Only_pending_turns_are_to_be_stopped_and_only_by_their_channel(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var (channel, other) = (await stores.OpenChannelAsync(), await stores.OpenChannelAsync());
        var (turnId, threadId, id) = await stores.AddTurnAsync(Stores.Session(channel), "hello", Now);
        var untouched = (await stores.AddTurnAsync(Stores.Session(channel), "hello", Now)).MessageId;
        await stores.Turns.RequestStopAsync(other.ChannelId, id, CancellationToken.None);
        Assert.DoesNotContain(id, await stores.Turns.StopRequestsAsync(CancellationToken.None));
        await stores.Turns.RequestStopAsync(channel.ChannelId, id, CancellationToken.None);
        await stores.Turns.RequestStopAsync(channel.ChannelId, id, CancellationToken.None);
        var requests = await stores.Turns.StopRequestsAsync(CancellationToken.None);
        Assert.Single(requests, request => request == id);
        Assert.DoesNotContain(untouched, requests);
        await stores.CompleteAsync(turnId, threadId, "hi", Now);
        Assert.DoesNotContain(id, await stores.Turns.StopRequestsAsync(CancellationToken.None));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Of_eight_ratings_at_once_one_is_kept_and_the_ledger_and_the_figures_have_it(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        var (_, threadId, id) = await stores.AddTurnAsync(Stores.Session(channel), "hello", Now);
        await stores.WriteAsync(session => stores.Quotas.SettleAsync(
            session, 0, new QuotaStore.UsageRow(channel.ChannelId, id, "m", "mock/m", 40, 9, 5, 1_000, 200, Now)));
        var comment = string.Concat(Enumerable.Repeat("👎", 1_000));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RateAsync(channel, id, -1, comment))));
        var line = (await stores.Ledger.ListAsync(channel.ChannelId, 1, 0, CancellationToken.None)).Page[0];
        Assert.Equal((id, -1, comment), (line.MessageId, line.Rating, line.Comment));
        await RateAsync(channel, id, 1, null);
        foreach (var grouping in new[] { UsageGrouping.Day, UsageGrouping.Model })
        {
            var day = QuotaWindow.DayOf(Now);
            var figures = await stores.Usage.ReadAsync(channel.ChannelId, day, day, grouping, CancellationToken.None);
            Assert.Equal((1L, 0L), figures.Ratings.Select(row => (row.Up, row.Down)).Single());
            Assert.Equal(200, Assert.Single(figures.FirstTokens).Bucket);
            Assert.Empty((await stores.Usage.ReadAsync(channel.ChannelId, day + 1, day + 1, grouping, CancellationToken.None)).Ratings);
        }

        await RateAsync(channel, id, -1, "my name is Ada");
        await stores.WriteAsync(session => stores.Feedback.EraseCommentsAsync(session, threadId));
        line = (await stores.Ledger.ListAsync(channel.ChannelId, 1, 0, CancellationToken.None)).Page[0];
        Assert.Equal((-1, ""), (line.Rating, line.Comment));
        // Of a channel that is gone nothing is kept, and it is no fault.
        await RateAsync(channel with { ChannelId = long.MaxValue }, Guid.CreateVersion7(Now), 1, null);

        Task RateAsync(Channel of, Guid messageId, int rating, string? comment) =>
            stores.Feedback.RateAsync(new Feedback(messageId, of.ChannelId, (short)rating, comment, Now), CancellationToken.None);
    }

    private static (Guid, string, TurnState, string, string) Facts(StoredTurn? turn) =>
        (turn!.MessageId, turn.SessionId, turn.State, turn.Reply, turn.ErrorCode);
}
