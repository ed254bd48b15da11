using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Contract;

/// <summary>What looks alike stays apart, and what was said stays as it was: over HTTP, on whichever engine.</summary>
public sealed class EqualityTests(EngineApps apps) : IClassFixture<EngineApps>
{
    [Theory, OnSqlite, OnSqlServer]
    public async Task Session_ids_that_only_look_alike_are_different_sessions(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 1_000 });
        var names = Texts.LookAlikes.Distinct(StringComparer.Ordinal).ToList();
        Assert.True(names.Count >= 60, "The traps are gone.");
        foreach (var name in names)
        {
            await on.App.AskAsync(channel, $"I am {name}.", name);
            Assert.Single(on.Upstream.LastRequest.Messages);
        }

        foreach (var name in names)
        {
            var messages = await on.App.HistoryAsync(channel, name);
            Assert.Equal([$"I am {name}.", $"You said: I am {name}."], messages.Select(message => (string)message!["content"]!));
        }

        using var forgotten = await on.App.GetAsync(channel, $"/history?session_id={Uri.EscapeDataString(names[0])}", HttpMethod.Delete);
        Assert.Equal(names.Count - 1, (await Task.WhenAll(names.Select(name => on.App.HistoryAsync(channel, name)))).Count(messages => messages.Count == 2));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Idempotency_keys_that_differ_in_case_or_by_a_sign_are_different_keys(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync();
        foreach (var key in new[] { "key", "Key", "KEY", "key-", "key_", "key.", "-key", "key~", "k%y", "k_y", "k[e]y" })
        {
            using var response = await EngineApp.SendKeyedAsync(on.App, channel, key, key);
            Assert.Equal(200, (int)response.StatusCode);
            Assert.False(response.Headers.Contains("Idempotency-Replayed"));
        }
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task A_key_in_another_case_opens_nothing(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync();
        foreach (var key in new[] { channel.Key.ToUpperInvariant(), channel.Key.ToLowerInvariant(), "chat_" + Swapped(channel.Key[5..]) })
        {
            using var response = await on.App.PostAsync(key, """{"message":"hi","session_id":"s"}""");
            Assert.Equal(401, (int)response.StatusCode);
        }

        static string Swapped(string text) => string.Concat(text.Select(letter => char.IsLower(letter) ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter)));
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task Messages_and_replies_come_back_as_they_were(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync(new JsonObject { ["requests_per_minute"] = 1_000 });
        foreach (var (text, index) in Texts.Unspoilt.Select((text, index) => (text, index)))
        {
            var said = $"<{text}>";
            on.Upstream.Replies(said);
            Assert.Equal(said, (string)(await on.App.AskAsync(channel, said, $"s{index}"))["reply"]!);
            Assert.Equal([said, said], (await on.App.HistoryAsync(channel, $"s{index}")).Select(message => (string)message!["content"]!));
            using var keyed = await EngineApp.SendKeyedAsync(on.App, channel, said, $"k{index}");
            using var replay = await EngineApp.SendKeyedAsync(on.App, channel, said, $"k{index}");
            Assert.Equal(said, (string)(await replay.JsonAsync())["reply"]!);
        }
    }

    [Theory, OnSqlite, OnSqlServer]
    public async Task What_an_owner_writes_comes_back_as_it_was(DatabaseEngine engine)
    {
        var on = await apps.OnAsync(engine);
        var channel = await on.App.CreateChannelAsync();
        foreach (var text in Texts.Unspoilt)
        {
            var written = new JsonObject
            {
                ["name"] = $"<{text}>",
                ["system_prompt"] = text,
                ["knowledge"] = text,
                ["greeting"] = text,
                ["contact"] = text,
                ["suggested_questions"] = new JsonArray($"<{text}>", "second"),
            };
            await on.App.EditChannelAsync(channel, written.DeepClone().AsObject());
            var read = await on.App.ReadChannelAsync(channel);
            foreach (var (name, value) in written)
                Assert.Equal(value!.ToJsonString(), read[name]!.ToJsonString());
            using var granted = await on.App.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/credits", new JsonObject { ["credits"] = 1, ["note"] = text });
            Assert.Equal(text, (string)(await granted.JsonAsync())["note"]!);
        }

        var notes = (await on.AdminAsync($"/admin/v1/channels/{channel.Id}/ledger?limit=100"))["data"]!.AsArray().Select(line => (string?)line!["note"]).ToHashSet();
        Assert.Superset(Texts.Unspoilt.ToHashSet(StringComparer.Ordinal), notes.OfType<string>().ToHashSet(StringComparer.Ordinal));
    }
}
