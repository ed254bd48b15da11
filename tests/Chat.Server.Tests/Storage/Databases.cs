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

/// <summary>An empty database of one engine, gone when the test is over.</summary>
internal sealed class EmptyDatabase : IAsyncDisposable
{
    public const string Variable = "CHAT_TEST_SQLSERVER";

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
        var name = $"chat_tests_{Guid.CreateVersion7():N}";
        await OnServerAsync($"CREATE DATABASE {name};");
        return new EmptyDatabase(null, name);
    }

    /// <summary>The same database as another process would open it.</summary>
    public Database Open() => _sqlite is not null
        ? _sqlite.Open()
        : new SqlServerDatabase(new SqlConnectionStringBuilder(SqlServer!) { InitialCatalog = _sqlServerName }.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        _sqlite?.Dispose();
        if (_sqlServerName is null)
            return;
        SqlConnection.ClearAllPools();
        await OnServerAsync($"DROP DATABASE {_sqlServerName};");
    }

    private static async Task OnServerAsync(string text)
    {
        await using var connection = new SqlConnection(SqlServer);
        await connection.OpenAsync();
        await using var command = new SqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}
