using Chat.Server.Storage;
using Chat.Server.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Server.Tests.Contract;

/// <summary>A migrated database of each engine for the tests of a class, made when the first of them asks and gone after the last.</summary>
public sealed class Engines : IAsyncLifetime
{
    private readonly Dictionary<DatabaseEngine, EmptyDatabase> _databases = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var database in _databases.Values)
            await database.DisposeAsync();
    }

    internal async Task<Stores> StoresAsync(DatabaseEngine engine) => new((await MigratedAsync(engine)).Database);

    internal async Task<EmptyDatabase> MigratedAsync(DatabaseEngine engine)
    {
        if (!_databases.TryGetValue(engine, out var database))
        {
            // Kept before it is migrated, so that it goes also when that fails.
            _databases.Add(engine, database = await EmptyDatabase.CreateAsync(engine));
            await new Migrator(database.Database, TimeProvider.System, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        }

        return database;
    }
}
