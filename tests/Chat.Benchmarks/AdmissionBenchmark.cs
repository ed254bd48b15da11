using System.Globalization;
using Chat.Server.Storage;
using Microsoft.Data.Sqlite;

namespace Chat.Benchmarks;

/// <summary>
/// What a chat costs the store: admission and settlement, as the product does them, beside two bare updates of the same file
/// in two transactions, through the product's own way to the database and through one prepared connection. Arms take turns
/// within a round, so that whatever else the machine does falls on all of them.
/// </summary>
internal static class AdmissionBenchmark
{
    private const int Rounds = 9;
    private const int OperationsPerRound = 1_500;

    private static readonly Sql Touch = Sql.Portable("UPDATE dbo.channel_usage SET last_reserved = @value WHERE channel_id = @channelId;");

    public static async Task RunAsync(TextWriter output)
    {
        await using var service = await BenchedService.StartAsync();
        var channel = await service.CreateChannelAsync();
        await using var connection = Connect(service.DatabasePath);
        await using var update = Prepare(connection, channel.ChannelId);

        var chat = new Figures("admission + settlement");
        var bareThroughDatabase = new Figures("two bare updates, product's connection");
        var bare = new Figures("two bare updates, one prepared connection");
        var arms = new (Figures Figures, Func<Task> Operation)[]
        {
            (chat, () => BenchedChat.RunAsync(service, channel)),
            (bareThroughDatabase, () => TouchTwiceAsync(service.Get<Database>(), channel.ChannelId)),
            (bare, () => TouchTwice(connection, update)),
        };

        // The first round is for the compiler and the caches, and does not count.
        foreach (var (_, operation) in arms)
            await new Figures("warm-up").MeasureAsync(OperationsPerRound, operation);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (figures, operation) in arms.Skip(round % arms.Length).Concat(arms.Take(round % arms.Length)))
                await figures.MeasureAsync(OperationsPerRound, operation);
        }

        await PrintAsync(output, arms.Select(arm => arm.Figures));
    }

    private static async Task TouchTwiceAsync(Database database, long channelId)
    {
        for (var value = 0; value < 2; value++)
            await database.WriteAsync(session => session.ExecuteAsync(Touch, new { value, channelId }), CancellationToken.None);
    }

    private static Task TouchTwice(SqliteConnection connection, SqliteCommand update)
    {
        for (var value = 0; value < 2; value++)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            update.Transaction = transaction;
            update.Parameters[0].Value = value;
            update.ExecuteNonQuery();
            transaction.Commit();
        }

        return Task.CompletedTask;
    }

    // The journal mode is the file's; the rest is what the product sets on each of its connections.
    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        using var pragmas = connection.CreateCommand();
        pragmas.CommandText = "PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;";
        pragmas.ExecuteNonQuery();
        return connection;
    }

    private static SqliteCommand Prepare(SqliteConnection connection, long channelId)
    {
        var update = connection.CreateCommand();
        update.CommandText = "UPDATE channel_usage SET last_reserved = @value WHERE channel_id = @channelId;";
        update.Parameters.AddWithValue("@value", 0);
        update.Parameters.AddWithValue("@channelId", channelId);
        update.Prepare();
        return update;
    }

    private static async Task PrintAsync(TextWriter output, IEnumerable<Figures> arms)
    {
        await output.WriteLineAsync($"{Rounds} rounds of {OperationsPerRound}, one caller, {Environment.ProcessorCount} cores; chats a second");
        await output.WriteLineAsync($"{"",-44}{"median",10}{"lowest",10}{"highest",10}");
        foreach (var arm in arms)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{arm.Name,-44}{arm.Median,10:N0}{arm.Lowest,10:N0}{arm.Highest,10:N0}"));
    }
}
