using Chat.Server.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// Every SQLite text compiles against a freshly migrated database. It is prepared and never run, as EXPLAIN would, and to
/// its last statement, which EXPLAIN would not.
/// </summary>
public sealed class SqliteTextTests(SqliteTextTests.Migrated migrated) : IClassFixture<SqliteTextTests.Migrated>
{
    public static TheoryData<string> Names => [.. SqlTexts.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_compiles(string name)
    {
        var (fault, _) = migrated.Prepare(SqlTexts.All[name].For(DatabaseEngine.Sqlite));
        Assert.Null(fault);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_dialects_take_the_same_parameters(string name)
    {
        var (_, parameters) = migrated.Prepare(SqlTexts.All[name].For(DatabaseEngine.Sqlite));
        Assert.Equal(TSqlParameters.Of(SqlTexts.All[name].For(DatabaseEngine.SqlServer)), parameters);
    }

    [Theory]
    [InlineData("SELECT name FROM dbo.channels;", "dbo.channels")]
    [InlineData("SELECT title FROM channels;", "title")]
    [InlineData("SELECT TOP (1) name FROM channels;", "TOP")]
    [InlineData("INSERT INTO channel_usage (channel_id) OUTPUT inserted.channel_id VALUES (1);", "syntax error")]
    [InlineData("INSERT INTO threads (channel_id, created_at) VALUES (1);", "1 values for 2 columns")]
    [InlineData("DELETE FROM turns; DELETE FROM nothing;", "nothing")]
    public void A_broken_text_is_refused(string text, string reason)
    {
        var (fault, _) = migrated.Prepare(text);
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    public sealed class Migrated : IAsyncLifetime
    {
        private readonly TemporaryStore _store = new();
        private SqliteConnection? _connection;

        public async Task InitializeAsync()
        {
            await _store.MigrateAsync();
            _connection = _store.Connect();
        }

        public async Task DisposeAsync()
        {
            await _connection!.DisposeAsync();
            _store.Dispose();
        }

        /// <summary>Compiles all statements of a text and gives the fault, or null, and the names of their parameters.</summary>
        public (string? Fault, IReadOnlyList<string> Parameters) Prepare(string text)
        {
            SortedSet<string> parameters = new(StringComparer.Ordinal);
            for (var rest = text; !string.IsNullOrWhiteSpace(rest);)
            {
                var result = raw.sqlite3_prepare_v2(_connection!.Handle, rest, out var statement, out rest);
                using (statement)
                {
                    if (result != raw.SQLITE_OK)
                        return (raw.sqlite3_errmsg(_connection.Handle).utf8_to_string(), []);
                    for (var index = 1; index <= raw.sqlite3_bind_parameter_count(statement); index++)
                        parameters.Add(raw.sqlite3_bind_parameter_name(statement, index).utf8_to_string());
                }
            }

            return (null, [.. parameters]);
        }
    }
}
