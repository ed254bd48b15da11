using System.Text.Json;
using System.Xml.Linq;
using Chat.Server.Channels;
using Chat.Server.Storage;
using Chat.Server.Tests.Channels;
using Chat.Server.Tests.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace Chat.Server.Tests.Contract;

/// <summary>What <see cref="ChannelStore"/>, the key ring and the webhook secrets promise, on whichever engine.</summary>
public sealed class ChannelContractTests(Engines engines) : IClassFixture<Engines>
{
    private static ChannelSettings Full => new()
    {
        Name = "Grüße 👍🏽",
        Active = false,
        Model = "guide",
        GuideFallback = true,
        SystemPrompt = "Be brief. 👩‍👩‍👧",
        Knowledge = string.Concat(Enumerable.Repeat("# 你好 𝒳\r\n", 20_000)),
        WebsiteUrl = "https://münchen.example/ä",
        RequestsPerMinute = 100_000,
        RequestsPerDay = 100_000_000,
        RequestsPerMinutePerSession = 7,
        MaxOutputTokens = 131_072,
        AllowedOrigins = ["https://a.example", "http://b.example:8080"],
        ExpiresAt = Stores.Now.AddDays(1).AddMilliseconds(123),
        Greeting = "Hi!",
        SuggestedQuestions = ["Why \"?\"", "ß"],
        Contact = "call us",
        AlertCreditsPercent = 80,
        AlertDailyPercent = 90,
        AlertWebhookUrl = "https://hooks.example/x",
    };

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_channel_is_found_by_its_id_and_by_its_key_as_it_was_made(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        foreach (var settings in new[] { Full, new ChannelSettings { Name = "bare" } })
        {
            var channel = await stores.OpenChannelAsync(settings: settings);
            var found = (await stores.Channels.FindAsync(channel.PublicId, CancellationToken.None))!;
            AssertSame(channel, found);
            AssertSame(channel, (await stores.Channels.FindByKeyHashAsync(channel.KeyHash, CancellationToken.None))!);
        }

        Assert.Null(await stores.Channels.FindAsync(Guid.CreateVersion7(Stores.Now), CancellationToken.None));
        Assert.Null(await stores.Channels.FindByKeyHashAsync(new byte[32], CancellationToken.None));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task An_edit_changes_every_setting_and_takes_away_what_it_leaves_out(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        foreach (var settings in new[] { Full, new ChannelSettings { Name = "bare" } })
        {
            var edited = channel with { Settings = settings, UpdatedAt = Stores.Now.AddMinutes(1) };
            await stores.WriteAsync(session => stores.Channels.UpdateAsync(session, edited));
            AssertSame(edited, (await stores.Channels.FindAsync(channel.PublicId, CancellationToken.None))!);
        }
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_new_key_is_found_and_the_former_is_not(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var channel = await stores.OpenChannelAsync();
        var rotated = channel with { KeyHash = Stores.NewChannel().KeyHash, KeySealed = [1, 0, 255] };
        await stores.WriteAsync(session => stores.Channels.UpdateKeyAsync(session, rotated));
        Assert.Null(await stores.Channels.FindByKeyHashAsync(channel.KeyHash, CancellationToken.None));
        AssertSame(rotated, (await stores.Channels.FindByKeyHashAsync(rotated.KeyHash, CancellationToken.None))!);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Pages_follow_the_order_of_making_and_meet(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        List<long> made = [];
        for (var i = 0; i < 5; i++)
            made.Add((await stores.OpenChannelAsync()).ChannelId);
        var (all, total) = await stores.Channels.ListAsync(1_000, 0, CancellationToken.None);
        Assert.Equal(total, all.Count);
        Assert.Equal(made, all.Select(channel => channel.ChannelId).TakeLast(5));
        var (page, _) = await stores.Channels.ListAsync(2, total - 3, CancellationToken.None);
        Assert.Equal(made[2..4], page.Select(channel => channel.ChannelId));
        Assert.Empty((await stores.Channels.ListAsync(2, total, CancellationToken.None)).Page);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Deleting_a_channel_takes_all_that_is_its_own_and_nothing_else(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var (gone, stays) = (await stores.OpenChannelAsync(), await stores.OpenChannelAsync());
        foreach (var channel in new[] { gone, stays })
        {
            await stores.AnswerAsync(Stores.Session(channel), "hello", "hi", Stores.Now);
            await stores.AddTurnAsync(Stores.Session(channel, "other"), "running", Stores.Now);
        }

        await stores.WriteAsync(session => stores.Channels.DeleteAsync(session, gone.ChannelId));

        Assert.Null(await stores.Quotas.FindAccountAsync(gone.ChannelId, CancellationToken.None));
        Assert.Empty(await stores.Conversations.HistoryAsync(Stores.Session(gone), Stores.Now, CancellationToken.None));
        Assert.Equal(0, (await stores.Ledger.ListAsync(gone.ChannelId, 10, 0, CancellationToken.None)).Total);
        Assert.Single(await stores.Conversations.HistoryAsync(Stores.Session(stays), Stores.Now, CancellationToken.None));
        Assert.Equal(1, (await stores.Ledger.ListAsync(stays.ChannelId, 10, 0, CancellationToken.None)).Total);
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_key_ring_gives_back_what_was_put_in_in_order(DatabaseEngine engine)
    {
        using var seal = KeyRings.SealWithNothing();
        var ring = new KeyRingStore((await engines.StoresAsync(engine)).Database, seal, TimeProvider.System);
        var before = ring.GetAllElements().Count;
        ring.StoreElement(new XElement("key", new XAttribute("id", "1"), "ß 👍 <&>"), "key-1");
        ring.StoreElement(XElement.Parse($"<key id=\"2\">{new string('x', 10_000)}</key>"), "key-2");
        Assert.Equal(
            ["<key id=\"1\">ß 👍 &lt;&amp;&gt;</key>", $"<key id=\"2\">{new string('x', 10_000)}</key>"],
            ring.GetAllElements().Skip(before).Select(element => element.ToString(SaveOptions.DisableFormatting)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_webhook_secret_is_made_once_also_by_eight_at_once_and_only_for_a_webhook(DatabaseEngine engine)
    {
        var stores = await engines.StoresAsync(engine);
        var secrets = new WebhookSecrets(stores.Database, new EphemeralDataProtectionProvider());
        var (hooked, bare) = (await stores.OpenChannelAsync(settings: Full), await stores.OpenChannelAsync());
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => secrets.FindAsync(hooked.PublicId, CancellationToken.None)));
        Assert.Single(made.Distinct());
        Assert.StartsWith("whsec_", made[0], StringComparison.Ordinal);
        Assert.Null(await secrets.FindAsync(bare.PublicId, CancellationToken.None));
    }

    // Records compare lists and bytes by reference: text tells what is in them.
    private static void AssertSame(Channel expected, Channel actual) => Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
}
