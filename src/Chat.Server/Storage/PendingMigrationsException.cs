namespace Chat.Server.Storage;

/// <summary>Migrations are missing, and this process is set not to apply them (<see cref="StorageOptions.MigrateOnStart"/>).</summary>
public sealed class PendingMigrationsException(IReadOnlyList<Migration> pending) : Exception(
    $"The database lacks {string.Join(", ", pending.Select(migration => migration.Name))}, and Storage:MigrateOnStart is off. "
    + "Apply what is missing with \"database migrate\", or by hand with what \"database script\" prints.");
