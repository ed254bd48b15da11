using System.Reflection;
using Chat.Server.Storage;
using Microsoft.Data.SqlClient;
using Xunit.Sdk;

namespace Chat.Server.Tests.Storage;

/// <summary>A theory's row for SQLite.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnSqliteAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[DatabaseEngine.Sqlite]];
}

/// <summary>A theory's row for SQL Server: reported as skipped, with the reason, where none is configured.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnSqlServerAttribute : DataAttribute
{
    public OnSqlServerAttribute() =>
        Skip = EmptyDatabase.SqlServer is null ? $"{EmptyDatabase.Variable} holds no connection string to a SQL Server where databases may be created." : null;

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[DatabaseEngine.SqlServer]];
}

/// <summary>
/// An empty database of one engine, gone when the test is over, also when it failed. On a server there is one at a time: some
/// that speak its protocol hold no more.
/// </summary>
internal sealed class EmptyDatabase : IAsyncDisposable
{
    public const string Variable = "CHAT_TEST_SQLSERVER";

    // A server notices only after a moment that the last connection has gone.
    private const int DropTries = 40;

    private static readonly TimeSpan DropPause = TimeSpan.FromMilliseconds(250);

    private static readonly SemaphoreSlim OnServer = new(1, 1);

    private readonly TemporaryStore? _sqlite;
    private readonly string? _sqlServerName;

    private EmptyDatabase(TemporaryStore? sqlite, string? sqlServerName)
    {
        _sqlite = sqlite;
        _sqlServerName = sqlServerName;
        Database = Open();
    }

    public static string? SqlServer { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;

    public Database Database { get; }

    /// <summary>What the product is configured with to open it: one setting.</summary>
    public (string Key, string Value) Setting => _sqlite is not null ? ("Storage:Path", _sqlite.FilePath) : ("ConnectionStrings:SqlServer", ConnectionString);

    private string ConnectionString => new SqlConnectionStringBuilder(SqlServer!) { InitialCatalog = _sqlServerName }.ConnectionString;

    public static async Task<EmptyDatabase> CreateAsync(DatabaseEngine engine)
    {
        if (engine == DatabaseEngine.Sqlite)
        {
            var store = new TemporaryStore();
            var sqlite = new EmptyDatabase(store, null);
            await sqlite.Database.PrepareAsync(CancellationToken.None);
            return sqlite;
        }

        ColumnTypes.Register();
        await OnServer.WaitAsync();
        try
        {
            var name = $"chat_tests_{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
            await RunAsync($"CREATE DATABASE {name};");
            return new EmptyDatabase(null, name);
        }
        catch
        {
            OnServer.Release();
            throw;
        }
    }

    /// <summary>The same database as another process would open it.</summary>
    public Database Open() => _sqlite is not null ? _sqlite.Open() : new SqlServerDatabase(ConnectionString);

    public async ValueTask DisposeAsync()
    {
        _sqlite?.Dispose();
        if (_sqlServerName is null)
            return;
        try
        {
            await DropAsync();
        }
        finally
        {
            OnServer.Release();
        }
    }

    private async Task DropAsync()
    {
        SqlConnection.ClearAllPools();
        // What else is connected is thrown out where the server knows how; where it does not, there is only waiting.
        await TryAsync($"ALTER DATABASE {_sqlServerName} SET SINGLE_USER WITH ROLLBACK IMMEDIATE;");
        for (var attempt = 1; attempt < DropTries; attempt++)
        {
            if (await TryAsync($"DROP DATABASE {_sqlServerName};"))
                return;
            SqlConnection.ClearAllPools();
            await Task.Delay(DropPause, TimeProvider.System, CancellationToken.None);
        }

        await RunAsync($"DROP DATABASE {_sqlServerName};");
    }

    private static async Task<bool> TryAsync(string text)
    {
        try
        {
            await RunAsync(text);
            return true;
        }
        catch (SqlException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string text)
    {
        await using var connection = new SqlConnection(new SqlConnectionStringBuilder(SqlServer!) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new SqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}
