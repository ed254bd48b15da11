using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Chat.Server.Tests.Storage;

/// <summary>A folder for one embedded database, and the product's own way to it.</summary>
internal sealed class TemporaryStore : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-store-").FullName;
    private readonly List<SqliteDatabase> _opened = [];

    public TemporaryStore()
    {
        ColumnTypes.Register();
        FilePath = Path.Combine(_folder, "chat.db");
    }

    public string FilePath { get; }

    public LogCapture Log { get; } = new();

    /// <summary>The database as one more process would open it: with a queue of writers of its own.</summary>
    public SqliteDatabase Open(StorageOptions? options = null, string? path = null)
    {
        var database = new SqliteDatabase(path ?? FilePath, options ?? new StorageOptions());
        _opened.Add(database);
        return database;
    }

    public Migrator Migrator(Database? database = null) =>
        new(database ?? Open(), new FakeTime(ChatApp.Noon), new Logger<Migrator>(new LoggerFactory([Log])));

    /// <summary>Migrates as a process of its own would, which has ended afterwards: it holds no connection.</summary>
    public async Task MigrateAsync()
    {
        using var database = new SqliteDatabase(FilePath, new StorageOptions());
        await Migrator(database).MigrateAsync(CancellationToken.None);
    }

    /// <summary>A connection that the product knows nothing of.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = FilePath, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    /// <summary>Rows of the file as it stands, each as text with its columns separated by a bar.</summary>
    public IReadOnlyList<string> Query(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(index => reader.GetValue(index))));
        return rows;
    }

    public void Execute(string sql) => Query(sql);

    public void Dispose()
    {
        foreach (var database in _opened)
            database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
