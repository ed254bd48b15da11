using System.Text.RegularExpressions;
using Chat.Server.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Tests.Storage;

/// <summary>Every statement finds its rows by an index, on SQLite: none reads a table that grows from one end to the other.</summary>
public sealed partial class QueryPlanTests(QueryPlanTests.Migrated migrated) : IClassFixture<QueryPlanTests.Migrated>
{
    // What reads all of a table does so because all of it is asked for, and never for a visitor's request.
    private static readonly Dictionary<string, string[]> Readers = new(StringComparer.Ordinal)
    {
        ["Channels.ChannelStore.Count"] = ["channels"],
        ["Channels.ChannelStore.SelectPage"] = ["channels"],
        // A deleted channel's threads are looked for one by one, while every writer waits: an index would cost each new session.
        ["Channels.ChannelStore.DeleteChannel"] = ["threads"],
        // Planned for a reference that is checked late, of which there is none.
        ["Channels.ChannelStore.Insert"] = ["threads"],
        ["Channels.KeyRingStore.SelectAll"] = ["data_protection_keys"],
        ["Quotas.Audit.SelectBooks"] = ["channels", "credit_grants", "usage", "turns"],
        // Its whole index is read, which holds the turns that somebody asked to stop and nothing else.
        ["Conversations.TurnStore.SelectStopRequests"] = ["turns"],
        // Of a copy, which reads every channel's number once.
        ["Storage.Copying.StoreCopy.ChannelNumbers"] = ["channels"],
        ["Storage.SqlServerDatabase.Look"] = ["schema_migrations"],
        ["Storage.Migrator.SelectApplied"] = ["schema_migrations"],
        ["Storage.Migrator.TableCount"] = ["sqlite_master"],
    };

    // As the README tells operators, for the statements that a request waits for and for those of the sweep.
    private static readonly Dictionary<string, string[]> Seeks = new(StringComparer.Ordinal)
    {
        ["Channels.ChannelStore.SelectByKeyHash"] = ["channels uq_channels_key_hash"],
        ["Quotas.QuotaStore.Admit"] = ["channel_usage rowid", "channel_usage rowid"],
        ["Quotas.QuotaStore.Settle"] = ["channel_usage rowid"],
        ["Quotas.QuotaStore.Release"] = ["channel_usage rowid"],
        ["Quotas.QuotaStore.SelectAccount"] = ["channel_usage rowid"],
        ["Conversations.ConversationStore.SelectLatestDone"] = ["threads uq_threads_session", "turns ix_turns_thread"],
        ["Conversations.ConversationStore.SelectHistory"] = ["threads uq_threads_session", "turns ix_turns_thread"],
        // Of its two statements the second: about the index of a conflict the plan is silent.
        ["Conversations.ConversationStore.ExtendThread"] = ["threads uq_threads_session"],
        ["Conversations.ConversationStore.SelectExpiry"] = ["threads uq_threads_session"],
        ["Conversations.ConversationStore.DetachExpiredThread"] = ["threads uq_threads_session"],
        ["Conversations.ConversationStore.SelectByIdempotencyKey"] = ["turns uq_turns_idempotency_key"],
        ["Conversations.ConversationStore.CompleteTurn"] = ["turns rowid"],
        ["Conversations.ConversationStore.ProlongThread"] = ["threads rowid"],
        ["Conversations.ConversationStore.FailTurn"] = ["turns rowid"],
        ["Conversations.ConversationStore.SelectAbandoned"] = ["turns ix_turns_pending"],
        ["Conversations.ThreadEraser.SelectThread"] = ["threads uq_threads_session"],
        ["Conversations.ThreadEraser.SelectExpired"] = ["threads ix_threads_expires_at"],
        ["Conversations.ThreadEraser.CutLoose"] = ["turns ix_turns_thread"],
        ["Conversations.ThreadEraser.DeleteTurns"] = ["turns ix_turns_thread"],
        ["Conversations.ThreadEraser.DeleteThread"] = ["threads rowid", "turns ix_turns_thread"],
        ["Conversations.ThreadEraser.DeleteLoose"] = ["turns rowid", "turns ix_turns_thread"],
    };

    public static TheoryData<string> Names => [.. SqlTexts.Fields.Keys];

    public static TheoryData<string> OnTheRequestPath => [.. Seeks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_statement_reads_no_table_from_end_to_end(string name) =>
        Assert.Empty(migrated.Plan(Text(name)).Select(ScannedTable).OfType<string>().Except(Readers.GetValueOrDefault(name, [])));

    [Theory]
    [MemberData(nameof(OnTheRequestPath))]
    public void A_statement_that_a_visitor_waits_for_seeks_by_the_index_that_the_README_names_and_sorts_nothing(string name)
    {
        var plan = migrated.Plan(Text(name));
        Assert.Equal(Seeks[name], plan.Select(SoughtIndex).OfType<string>());
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    // For a list of three, for RETURNING, or to remember rows: making and dropping one costs as much as the statement's own work.
    [Theory]
    [InlineData("Channels.ChannelStore.SelectByKeyHash")]
    [InlineData("Conversations.ConversationStore.SelectByIdempotencyKey")]
    [InlineData("Conversations.ConversationStore.SelectLatestDone")]
    [InlineData("Quotas.QuotaStore.Admit")]
    [InlineData("Conversations.ConversationStore.ExtendThread")]
    [InlineData("Conversations.ConversationStore.InsertTurn")]
    [InlineData("Conversations.ConversationStore.CompleteTurn")]
    [InlineData("Conversations.ConversationStore.ProlongThread")]
    [InlineData("Quotas.QuotaStore.Settle")]
    [InlineData("Quotas.QuotaStore.InsertUsage")]
    [InlineData("Conversations.ConversationStore.SelectHistory")]
    public void A_statement_that_every_chat_or_history_runs_makes_no_table_of_its_own(string name) => Assert.DoesNotContain("OpenEphemeral", migrated.Steps(Text(name)));

    [Theory]
    [InlineData("UPDATE channel_usage SET reserved = 0 WHERE channel_id = 1 RETURNING reserved;")]
    [InlineData("SELECT name FROM channels WHERE channel_id = 1 AND active IN (0, 1, 2);")]
    public void A_statement_that_makes_one_is_seen(string text) => Assert.Contains("OpenEphemeral", migrated.Steps(text));

    [Theory]
    [InlineData("SELECT COUNT(*) FROM turns WHERE model = @model;", "turns")]
    [InlineData("SELECT turn_id FROM turns WHERE lease_until <= @now AND state = @state;", "turns")]
    [InlineData("SELECT thread_id FROM threads WHERE session_hash = @hash;", "threads")]
    [InlineData("UPDATE turns SET reply = NULL WHERE idempotency_key = @key;", "turns")]
    [InlineData("DELETE FROM usage WHERE created_at < @now;", "usage")]
    [InlineData("SELECT channels.name FROM channels JOIN turns ON turns.model = channels.model WHERE channels.channel_id = 1;", "turns")]
    public void A_statement_without_an_index_is_seen(string text, string table) => Assert.Contains(table, migrated.Plan(text).Select(ScannedTable));

    [Fact]
    public void Of_several_statements_each_is_seen() =>
        Assert.Contains("turns", migrated.Plan("SELECT name FROM channels WHERE channel_id = 1; SELECT COUNT(*) FROM turns WHERE model = @model;").Select(ScannedTable));

    [Fact]
    public void A_sort_is_seen() => Assert.Contains(
        migrated.Plan("SELECT message FROM turns WHERE thread_id = @thread ORDER BY created_at;"), step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));

    private static string Text(string name) => SqlTexts.Fields[name].For(DatabaseEngine.Sqlite);

    // A derived table's name is not a table's: what it reads has steps of its own.
    private static string? ScannedTable(string step) => Scan().Match(step) is { Success: true } match && Schema.Contains(match.Groups["table"].Value) ? match.Groups["table"].Value : null;

    private static string? SoughtIndex(string step) => Search().Match(step) is { Success: true } match
        ? $"{match.Groups["table"].Value} {(match.Groups["index"].Success ? Named(match.Groups["index"].Value) : "rowid")}"
        : null;

    // SQLite gives the index behind a UNIQUE constraint a name of its own.
    private static string Named(string index) => index == "sqlite_autoindex_channels_2" ? "uq_channels_key_hash" : index;

    private static readonly HashSet<string> Schema =
        [.. TSqlSchema.Of(SqlTexts.Of(DatabaseEngine.SqlServer).Values).Tables, "sqlite_master"];

    [GeneratedRegex(@"^SCAN (TABLE )?(?<table>\w+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Scan();

    [GeneratedRegex(@"^SEARCH (TABLE )?(?<table>\w+) (AS \w+ )?USING ((COVERING )?INDEX (?<index>\w+)|INTEGER PRIMARY KEY)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Search();

    public sealed class Migrated : IAsyncLifetime
    {
        private readonly TemporaryStore _store = new();

        public Task InitializeAsync() => _store.MigrateAsync();

        public Task DisposeAsync()
        {
            _store.Dispose();
            return Task.CompletedTask;
        }

        /// <summary>SQLite's plan of each of a text's statements, a step a line. Parameters are null: a plan does not look at them.</summary>
        public IReadOnlyList<string> Plan(string text) => Explain("EXPLAIN QUERY PLAN ", text, column: 3);

        /// <summary>The instructions that SQLite makes of each of a text's statements.</summary>
        public IReadOnlyList<string> Steps(string text) => Explain("EXPLAIN ", text, column: 1);

        private List<string> Explain(string how, string text, int column)
        {
            using var connection = _store.Connect();
            using var command = connection.CreateCommand();
            command.CommandText = string.Concat(Statements(connection, text).Select(statement => how + statement));
            foreach (Match parameter in Parameter().Matches(text))
            {
                if (!command.Parameters.Contains(parameter.Value))
                    command.Parameters.AddWithValue(parameter.Value, DBNull.Value);
            }

            using var reader = command.ExecuteReader();
            List<string> steps = [];
            do
            {
                while (reader.Read())
                    steps.Add(reader.GetString(column));
            }
            while (reader.NextResult());
            return steps;
        }

        private static IEnumerable<string> Statements(SqliteConnection connection, string text)
        {
            for (var rest = text; !string.IsNullOrWhiteSpace(rest);)
            {
                var statement = rest;
                SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(connection.Handle, statement, out var compiled, out rest), connection.Handle);
                compiled.Dispose();
                yield return statement[..^rest.Length];
            }
        }
    }

    [GeneratedRegex(@"@\w+", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
