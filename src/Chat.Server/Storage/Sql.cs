namespace Chat.Server.Storage;

/// <summary>The two database engines that the product runs on.</summary>
public enum DatabaseEngine
{
    /// <summary>The embedded default: one file, write-ahead log, nothing to install.</summary>
    Sqlite,

    /// <summary>The production store, shared by any number of instances.</summary>
    SqlServer,
}

/// <summary>
/// One statement in both dialects, side by side. Every query of the product is a static field of this type: a session runs
/// nothing else, so no text is ever put together from input, and a test can enumerate and parse them all.
/// </summary>
public sealed class Sql
{
    private readonly string _sqlite;
    private readonly string _sqlServer;

    private Sql(string sqlite, string sqlServer)
    {
        _sqlite = sqlite;
        _sqlServer = sqlServer;
    }

    /// <summary>A statement that both engines run as it is, but for the schema: SQL Server wants <c>dbo.</c>, SQLite has none.</summary>
    /// <param name="text">T-SQL in the portable subset, with two-part table names.</param>
    public static Sql Portable(string text) => new(text.Replace("dbo.", "", StringComparison.Ordinal), text);

    /// <summary>A statement whose dialects differ.</summary>
    /// <param name="sqlite">The text for SQLite.</param>
    /// <param name="sqlServer">The text for SQL Server.</param>
    public static Sql Of(string sqlite, string sqlServer) => new(sqlite, sqlServer);

    /// <summary>The text for one engine.</summary>
    public string For(DatabaseEngine engine) => engine == DatabaseEngine.Sqlite ? _sqlite : _sqlServer;
}
