using Chat.Server.Channels;
using Chat.Server.Quotas;
using Chat.Server.Quotas.Alerts;
using Chat.Server.Storage;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Contract;

/// <summary>Grants, the ledger, the figures of usage and alerts, on whichever engine.</summary>
public sealed class UsageContractTests(Engines engines) : IClassFixture<Engines>
{
    private static readonly int Today = QuotaWindow.DayOf(Stores.Now);

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_grant_is_found_by_its_key_to_the_letter_and_only_in_its_channel(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var (channel, other) = (await stores.OpenChannelAsync(), await stores.OpenChannelAsync());
        var note = "für 👍🏽 " + new string('é', 480);
        var made = await stores.WriteAsync(session => stores.Grants.AddAsync(session, channel.ChannelId, 5, note, "Key-1", Stores.Now));
        Assert.Equal(made, await FindAsync(channel, "Key-1"));
        Assert.Equal((5L, note, Stores.Now), (made!.Credits, made.Note, made.CreatedAt));
        Assert.Null(await FindAsync(channel, "key-1"));
        Assert.Null(await FindAsync(channel, "Key-1~"));
        Assert.Null(await FindAsync(other, "Key-1"));

        Task<Grant?> FindAsync(Channel of, string key) => stores.WriteAsync(session => stores.Grants.FindAsync(session, of.ChannelId, key));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Of_eight_grants_at_once_with_one_key_one_is_made(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(credits: 1);
        var grants = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => stores.WriteAsync(async session =>
            await stores.Grants.FindAsync(session, channel.ChannelId, "k") ?? await stores.Grants.AddAsync(session, channel.ChannelId, 10, "", "k", Stores.Now)))));
        Assert.Single(grants.Select(grant => grant!.GrantId).Distinct());
        Assert.Equal(11, (await stores.AccountAsync(channel)).Allocated);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_ledger_gives_grants_and_charges_newest_first_page_by_page(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        for (var minute = 1; minute <= 3; minute++)
        {
            var at = Stores.Now.AddMinutes(minute);
            await stores.WriteAsync(session => stores.Grants.AddAsync(session, channel.ChannelId, minute, $"note {minute}", null, at));
            await ChargeAsync(stores, channel, minute * 100, at, durationMs: 5);
        }

        var (all, total) = await stores.Ledger.ListAsync(channel.ChannelId, 100, 0, CancellationToken.None);
        Assert.Equal((7, 7), (total, all.Count));
        Assert.Equal([300, 3, 200, 2, 100, 1, 1_000_000], all.Select(line => line.Credits));
        Assert.Equal([true, false, true, false, true, false, false], all.Select(line => line.IsCharge));
        Assert.Equal((null, "note 3", ""), (all[1].MessageId, all[1].Note, all[1].Model));
        Assert.Equal(("", "m", 40, 9), (all[0].Note, all[0].Model, all[0].PromptTokens, all[0].CompletionTokens));
        Assert.Equal(Stores.Now.AddMinutes(3), all[0].CreatedAt);
        List<LedgerLine> paged = [];
        for (var offset = 0; offset < 8; offset += 2)
            paged.AddRange((await stores.Ledger.ListAsync(channel.ChannelId, 2, offset, CancellationToken.None)).Page);
        Assert.Equal(all, paged);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Replies_are_added_up_by_day_and_by_model_in_buckets_of_their_time(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        await ChargeAsync(stores, channel, 1, Stores.Now, durationMs: 1_003);
        await ChargeAsync(stores, channel, 2, Stores.Now, durationMs: 1_040);
        await ChargeAsync(stores, channel, 4, Stores.Now, durationMs: 99, model: "n");
        // The last millisecond of the day and the first of the next.
        var midnight = DateTimeOffset.UnixEpoch.AddDays(Today + 1);
        await ChargeAsync(stores, channel, 8, midnight.AddMilliseconds(-1), durationMs: 3_000_000_000);
        await ChargeAsync(stores, channel, 16, midnight, durationMs: 1);

        var days = await stores.Usage.ReadAsync(channel.ChannelId, Today, Today + 1, UsageGrouping.Day, CancellationToken.None);
        Assert.Equal(
            [(Today, "", 99L, 1L, 4L), (Today, "", 1_000L, 2L, 3L), (Today, "", 3_000_000_000L, 1L, 8L), (Today + 1, "", 1L, 1L, 16L)],
            days.Times.Select(row => (row.Day, row.Model, row.Bucket, row.Count, row.Credits)).Order());
        Assert.Empty(days.FirstTokens);
        var models = await stores.Usage.ReadAsync(channel.ChannelId, Today, Today, UsageGrouping.Model, CancellationToken.None);
        Assert.Equal([("m", 3L, 120L, 27L), ("n", 1L, 40L, 9L)], models.Times.GroupBy(row => row.Model).OrderBy(rows => rows.Key)
            .Select(rows => (rows.Key, rows.Sum(row => row.Count), rows.Sum(row => row.PromptTokens), rows.Sum(row => row.CompletionTokens))));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Counts_of_what_had_no_reply_add_up_also_when_several_write_at_once(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        var counts = new Dictionary<UnansweredKey, long>
        {
            [new(channel.ChannelId, Today, UnansweredKind.Refused, "rate_limit_exceeded", "m")] = 2,
            [new(channel.ChannelId, Today, UnansweredKind.Failed, "ai_service_error", "n")] = 3_000_000_000,
            // Deleted since: nothing of it is kept.
            [new(long.MaxValue, Today, UnansweredKind.Refused, "site_inactive", "m")] = 1,
        };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => stores.Usage.AddAsync(Guid.CreateVersion7(Stores.Now), counts, CancellationToken.None))));

        var days = await stores.Usage.ReadAsync(channel.ChannelId, Today, Today, UsageGrouping.Day, CancellationToken.None);
        Assert.Equal(
            [(Today, UnansweredKind.Refused, "rate_limit_exceeded", 16L), (Today, UnansweredKind.Failed, "ai_service_error", 24_000_000_000L)],
            days.Unanswered.Select(row => (row.Day, row.Kind, row.Code, row.Count)).OrderBy(row => row.Kind));
        var models = await stores.Usage.ReadAsync(channel.ChannelId, Today, Today, UsageGrouping.Model, CancellationToken.None);
        Assert.Equal(["m", "n"], models.Unanswered.Select(row => row.Model).Order());
        Assert.Empty((await stores.Usage.ReadAsync(channel.ChannelId, Today + 1, Today + 9, UsageGrouping.Day, CancellationToken.None)).Unanswered);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_crossing_is_written_once_claimed_by_one_and_delivered(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(settings: Hooked);
        var crossing = new Crossing(channel.ChannelId, AlertKind.Credits, 1_000_000, 80, 800_000, 1_000_000);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => stores.Alerts.AddAsync(crossing, Guid.CreateVersion7(Stores.Now), Stores.Now, CancellationToken.None))));

        var due = Assert.Single(await DueAsync(stores, channel, Stores.Now));
        Assert.Equal(
            (channel.PublicId, "https://hooks.example/ß", AlertKind.Credits, 80, 800_000L, 1_000_000L, 0, Stores.Now),
            (due.ChannelPublicId, due.Url, due.Kind, due.Threshold, due.Used, due.Available, due.Attempts, due.CreatedAt));

        var next = Stores.Now.AddMinutes(1);
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => stores.Alerts.ClaimAsync(due, next, CancellationToken.None))));
        Assert.Single(claims, claimed => claimed);
        Assert.Empty(await DueAsync(stores, channel, next.AddMilliseconds(-1)));
        var again = Assert.Single(await DueAsync(stores, channel, next));
        Assert.Equal(1, again.Attempts);
        await stores.Alerts.SetDeliveredAsync(again.AlertId, next, CancellationToken.None);
        Assert.Empty(await DueAsync(stores, channel, next.AddDays(1)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_last_attempt_leaves_nothing_due_and_an_old_alert_is_past_trying(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(settings: Hooked);
        await stores.Alerts.AddAsync(new Crossing(channel.ChannelId, AlertKind.Daily, Today, 50, 5, 10), Guid.CreateVersion7(Stores.Now), Stores.Now, CancellationToken.None);
        Assert.Empty(await stores.Alerts.DueAsync(Stores.Now, Stores.Now, 1_000, CancellationToken.None));
        var due = Assert.Single(await DueAsync(stores, channel, Stores.Now));
        Assert.True(await stores.Alerts.ClaimAsync(due, null, CancellationToken.None));
        Assert.Empty(await DueAsync(stores, channel, Stores.Now.AddDays(1)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Thresholds_are_told_of_a_channel_with_a_webhook_and_of_no_other(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var (hooked, bare) = (await stores.OpenChannelAsync(credits: 1_000, settings: Hooked), await stores.OpenChannelAsync());
        await stores.AdmitAsync(hooked);
        var thresholds = await stores.Alerts.FindThresholdsAsync(hooked.ChannelId, CancellationToken.None);
        Assert.Equal(
            new Thresholds
            {
                ChannelId = hooked.ChannelId,
                AlertCreditsPercent = 80,
                AlertDailyPercent = null,
                RequestsPerDay = 1_000,
                Allocated = 1_000,
                DayNo = 10,
                DayCount = 1,
            },
            thresholds);
        Assert.Null(await stores.Alerts.FindThresholdsAsync(bare.ChannelId, CancellationToken.None));
    }

    private static ChannelSettings Hooked => new() { Name = "hooked", AlertCreditsPercent = 80, AlertWebhookUrl = "https://hooks.example/ß" };

    private static async Task<IReadOnlyList<DueAlert>> DueAsync(Stores stores, Channel channel, DateTimeOffset now) =>
        [.. (await stores.Alerts.DueAsync(now, Stores.Now.AddDays(-1), 1_000, CancellationToken.None)).Where(alert => alert.ChannelPublicId == channel.PublicId)];

    private static Task ChargeAsync(Stores stores, Channel channel, long credits, DateTimeOffset at, long durationMs, string model = "m") =>
        stores.WriteAsync(session => stores.Quotas.SettleAsync(
            session, 0, new QuotaStore.UsageRow(channel.ChannelId, Guid.CreateVersion7(at), model, "mock/m", 40, 9, credits, durationMs, null, at)));
}
