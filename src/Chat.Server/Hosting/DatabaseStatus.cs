using Chat.Server.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting;

/// <summary>What <c>database status</c> prints, for people and for scripts.</summary>
internal static class DatabaseStatus
{
    private const int UpToDate = 0, Pending = 2, TooNew = 3;

    /// <summary>Looks at the store and changes nothing: an embedded database that does not exist yet is not made by asking for it.</summary>
    public static Task<MigrationStatus> ReadAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var storage = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        var engine = services.GetRequiredService<Database>().Engine;
        return engine == DatabaseEngine.Sqlite && !File.Exists(storage.AbsolutePath(services.GetRequiredService<IHostEnvironment>()))
            ? Task.FromResult(new MigrationStatus([], Migration.For(engine), []))
            : services.GetRequiredService<Migrator>().StatusAsync(cancellationToken);
    }

    /// <summary>Prints the status and gives the exit code.</summary>
    public static int Print(DatabaseEngine engine, string location, MigrationStatus status)
    {
        System.Console.WriteLine($"engine   {(engine == DatabaseEngine.Sqlite ? "SQLite" : "SQL Server")}");
        System.Console.WriteLine($"where    {location}");
        PrintNames("applied", status.Applied);
        PrintNames("pending", [.. status.Pending.Select(migration => migration.Name)]);
        PrintNames("unknown", status.Unknown);
        return status switch
        {
            { Unknown.Count: > 0 } => TooNew,
            { Pending.Count: > 0 } => Pending,
            _ => UpToDate,
        };
    }

    private static void PrintNames(string what, IReadOnlyList<string> names) =>
        System.Console.WriteLine($"{what}  {(names.Count == 0 ? "none" : string.Join(", ", names))}");
}
