using Chat.Server.Quotas;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Tests.Contract;

/// <summary>Admission, settlement, release and the audit of them, on whichever engine.</summary>
public sealed class QuotaContractTests(Engines engines) : IClassFixture<Engines>
{
    [Theory, OnSqlite, OnSqlServer]
    public async Task An_admission_counts_in_both_windows_and_reserves_what_is_wanted(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(credits: 10_000);
        var expected = new QuotaStore.AdmittedRow(Reserved: 500, MinuteNo: 100, MinuteCount: 1, DayNo: 10, DayCount: 1);
        Assert.Equal(expected, await stores.AdmitAsync(channel));
        Assert.Equal(expected with { MinuteCount = 2, DayCount = 2 }, await stores.AdmitAsync(channel));
        Assert.Equal(expected with { MinuteNo = 101, DayCount = 3 }, await stores.AdmitAsync(channel, minute: 101));
        Assert.Equal(expected with { MinuteNo = 102, DayNo = 11 }, await stores.AdmitAsync(channel, minute: 102, day: 11));
        Assert.Equal(
            new Account { MinuteNo = 102, MinuteCount = 1, DayNo = 11, DayCount = 1, Allocated = 10_000, Consumed = 0, Reserved = 2_000 },
            await stores.AccountAsync(channel));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_clock_that_goes_back_refills_no_window(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        await stores.AdmitAsync(channel, minute: 100, day: 10, perMinute: 2, perDay: 2);
        var second = await stores.AdmitAsync(channel, minute: 99, day: 9, perMinute: 2, perDay: 2);
        Assert.Equal((100, 2, 10, 2), (second!.MinuteNo, second.MinuteCount, second.DayNo, second.DayCount));
        Assert.Null(await stores.AdmitAsync(channel, minute: 98, day: 8, perMinute: 2, perDay: 9));
        Assert.Null(await stores.AdmitAsync(channel, minute: 98, day: 8, perMinute: 9, perDay: 2));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task What_any_of_the_three_limits_refuses_changes_nothing(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(credits: 1_000);
        await stores.AdmitAsync(channel);
        var before = await stores.AccountAsync(channel);
        Assert.Null(await stores.AdmitAsync(channel, perMinute: 1));
        Assert.Null(await stores.AdmitAsync(channel, minute: 101, perDay: 1));
        Assert.Null(await stores.AdmitAsync(channel, minute: 101, day: 11, floor: 501));
        Assert.Equal(before, await stores.AccountAsync(channel));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_low_balance_is_reserved_whole_and_under_the_floor_refused(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(credits: 700);
        Assert.Equal(500, (await stores.AdmitAsync(channel))!.Reserved);
        Assert.Equal(200, (await stores.AdmitAsync(channel, floor: 200))!.Reserved);
        Assert.Null(await stores.AdmitAsync(channel, wanted: 1, floor: 1));
        Assert.NotNull(await stores.AdmitAsync(channel, wanted: 0, floor: 0));
        Assert.Equal(700, (await stores.AccountAsync(channel)).Reserved);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Settling_charges_and_gives_back_the_rest_and_releasing_gives_back_all_but_the_minute(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(credits: 10_000);
        for (var i = 0; i < 3; i++)
            await stores.AdmitAsync(channel);
        await SettleAsync(stores, channel.ChannelId, reserved: 500, charged: 123);
        await stores.WriteAsync(session => stores.Quotas.ReleaseAsync(session, channel.ChannelId, 500, day: 10));
        // The day has passed: there is no place in it to give back.
        await stores.WriteAsync(session => stores.Quotas.ReleaseAsync(session, channel.ChannelId, 500, day: 9));
        Assert.Equal(
            new Account { MinuteNo = 100, MinuteCount = 3, DayNo = 10, DayCount = 2, Allocated = 10_000, Consumed = 123, Reserved = 0 },
            await stores.AccountAsync(channel));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Of_two_hundred_at_once_at_a_limit_of_60_exactly_60_are_admitted(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        var admitted = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => stores.AdmitAsync(channel, wanted: 1, floor: 1))));
        Assert.Equal(60, admitted.Count(row => row is not null));
        Assert.Equal(Enumerable.Range(1, 60), admitted.OfType<QuotaStore.AdmittedRow>().Select(row => row.MinuteCount).Order());
        Assert.Equal((60, 60, 60L), await CountsAsync(stores, channel.ChannelId));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Credits_for_seven_are_reserved_by_seven_of_fifty(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync(credits: 799);
        var admitted = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => stores.AdmitAsync(channel, wanted: 100, floor: 100))));
        Assert.Equal(7, admitted.Count(row => row is not null));
        Assert.Equal(700, (await stores.AccountAsync(channel)).Reserved);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_largest_account_is_kept_to_the_micro_credit(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var most = Credits.ToMicro(Credits.MaxGrant);
        var channel = await stores.OpenChannelAsync(credits: most);
        Assert.Equal(most - 1, (await stores.AdmitAsync(channel, wanted: most - 1, floor: 1))!.Reserved);
        Assert.Null(await stores.WriteAsync(session => stores.Grants.AddAsync(session, channel.ChannelId, 1, "", null, Stores.Now)));
        Assert.Equal((most, most - 1), ((await stores.AccountAsync(channel)).Allocated, (await stores.AccountAsync(channel)).Reserved));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_audit_finds_sound_books_sound_and_a_wrong_one_with_the_difference(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var (sound, wrong) = (await stores.OpenChannelAsync(credits: 10_000), await stores.OpenChannelAsync(credits: 10_000));
        var audit = new Audit(stores.Database, Options.Create(new AuditOptions()), new FakeTime(Stores.Now));
        var before = await audit.RunAsync(CancellationToken.None);
        Assert.DoesNotContain(before.Violations, violation => violation.ChannelId == sound.PublicId || violation.ChannelId == wrong.PublicId);

        await stores.AdmitAsync(wrong);
        await stores.AnswerAsync(Stores.Session(wrong), "hello", "hi", Stores.Now);

        var after = await audit.RunAsync(CancellationToken.None);
        Assert.Equal(
            [new AuditViolation(wrong.PublicId, Invariants.ReservedIsPending, 0, 0.0005m), new AuditViolation(wrong.PublicId, Invariants.RepliesAreCharged, 0, 1)],
            after.Violations.Where(violation => violation.ChannelId == wrong.PublicId));
        Assert.DoesNotContain(after.Violations, violation => violation.ChannelId == sound.PublicId);
    }

    private static Task SettleAsync(Stores stores, long channelId, long reserved, long charged) => stores.WriteAsync(session => stores.Quotas.SettleAsync(
        session,
        reserved,
        new QuotaStore.UsageRow(channelId, Guid.CreateVersion7(Stores.Now), "m", "mock/m", 40, 9, charged, 1_234, null, Stores.Now)));

    private static async Task<(int Minute, int Day, long Reserved)> CountsAsync(Stores stores, long channelId)
    {
        var account = (await stores.Quotas.FindAccountAsync(channelId, CancellationToken.None))!;
        return (account.MinuteCount, account.DayCount, account.Reserved);
    }
}
