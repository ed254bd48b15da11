using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Contract;

/// <summary>
/// The longest texts that the contract takes, of characters that need two units each, fit the columns that SQL Server keeps
/// them in. SQLite has no widths: so what it holds afterwards is measured against SQL Server's.
/// </summary>
public sealed class WidthTests
{
    private static readonly TSqlSchema Schema = TSqlSchema.Of(SqlTexts.Of(DatabaseEngine.SqlServer).Values);

    private static readonly string Id = new('m', 100), Provider = new('p', 100), Upstream = new('u', 199), Key = new('~', 255);

    [Theory, OnSqlite, OnSqlServer]
    public async Task The_longest_texts_are_taken_and_fit_their_columns(DatabaseEngine engine)
    {
        await using var store = await EmptyDatabase.CreateAsync(engine);
        await FillAsync(store);
        if (engine == DatabaseEngine.Sqlite)
            Assert.Empty(TooWide(store.Setting.Value));
    }

    [Theory]
    [InlineData("UPDATE channels SET name = name || 'x'", "channels.name")]
    [InlineData("UPDATE channels SET website_url = website_url || '👍'", "channels.website_url")]
    [InlineData("UPDATE turns SET message = message || 'x'", "turns.message")]
    [InlineData("UPDATE turns SET error_code = 'ß'", "turns.error_code")]
    [InlineData("UPDATE usage SET attempt = attempt || 'x'", "usage.attempt")]
    [InlineData("UPDATE channels SET key_hash = x'00'", "channels.key_hash")]
    [InlineData("UPDATE channels SET key_sealed = zeroblob(2001)", "channels.key_sealed")]
    public async Task What_does_not_fit_is_seen(string damage, string column)
    {
        await using var store = await EmptyDatabase.CreateAsync(DatabaseEngine.Sqlite);
        await FillAsync(store);
        Administration.Sqlite.Execute(store.Setting.Value, damage);
        Assert.Equal([column], TooWide(store.Setting.Value));
    }

    private static async Task FillAsync(EmptyDatabase store)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider(Provider, upstream).With(store.Setting.Key, store.Setting.Value)
            .With($"Models:{Id}:Attempts:0:Provider", Provider).With($"Models:{Id}:Attempts:0:Model", Upstream);
        var url = "https://a/" + Emoji(1_995);
        var channel = await app.CreateChannelAsync(new JsonObject
        {
            ["name"] = Emoji(200),
            ["model"] = Id,
            ["system_prompt"] = Emoji(20_000),
            ["website_url"] = url,
            ["greeting"] = Emoji(1_000),
            ["contact"] = Emoji(1_000),
            ["suggested_questions"] = new JsonArray([.. Enumerable.Repeat(Emoji(200), 10).Select(text => JsonValue.Create(text))]),
            ["alert_webhook_url"] = url,
            ["alert_credits_percent"] = 1,
        });
        using var granted = await app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{channel.Id}/credits", new JsonObject { ["credits"] = 1, ["note"] = Emoji(500) });
        Assert.Equal(201, (int)granted.StatusCode);
        using var longer = await app.AdminAsync(HttpMethod.Patch, $"/admin/v1/channels/{channel.Id}", new JsonObject { ["website_url"] = url + Emoji(1) });
        Assert.Equal(422, (int)longer.StatusCode);
        using var sent = await EngineApp.SendKeyedAsync(app, channel, Emoji(2_000), Key);
        Assert.Equal(200, (int)sent.StatusCode);
        using var refused = await app.PostAsync(channel.Key, "{");
        Assert.Equal(400, (int)refused.StatusCode);
    }

    private static string Emoji(int count) => new StringBuilder().Insert(0, "👍", count).ToString();

    private static List<string> TooWide(string path)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        List<string> found = [];
        foreach (var table in Schema.Tables)
        {
            foreach (var column in Schema.Find(table)!.Where(column => column.Length is not null))
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"SELECT {column.Name} FROM {table} WHERE {column.Name} IS NOT NULL;";
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    if (!Fits(reader.GetValue(0), column))
                        found.Add($"{table}.{column.Name}");
                }
            }
        }

        return found;
    }

    private static bool Fits(object value, TSqlColumn column) => (column.Type, value) switch
    {
        ("nvarchar", string text) => text.Length <= column.Length,
        ("varchar", string text) => text.Length <= column.Length && Ascii.IsValid(text),
        ("binary", byte[] bytes) => bytes.Length == column.Length,
        ("varbinary", byte[] bytes) => bytes.Length <= column.Length,
        ("datetime2", _) => true,
        _ => false,
    };
}
