using System.Data.Common;
using Chat.Server.Storage.FileSystem;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage;

/// <summary>
/// SQLite in write-ahead-log mode. Readers never wait; writers of this process queue on a semaphore, fairly and without a
/// thread, and only then meet the file lock that writers of other processes hold.
/// </summary>
internal sealed class SqliteDatabase : Database, IDisposable
{
    // Result codes of SQLite's C interface that mean "not now" or "not here", rather than a mistake of ours.
    private const int Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly Turn _turn;
    private readonly string _path;
    private readonly SqliteConnections _readers;
    private readonly SqliteConnections _writers;
    private readonly WalCheckpoints _checkpoints;
    private readonly TimeSpan _busyTimeout;

    static SqliteDatabase()
    {
        Batteries_V2.Init();
        // Statistics of memory that nobody reads cost a lock of the whole process at every allocation. Refused where SQLite is in use already.
        raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
        SqliteFileSystem.Replace();
    }

    public SqliteDatabase(string path, StorageOptions options)
    {
        _path = path;
        _turn = new Turn(_writer);
        _busyTimeout = options.BusyTimeout;
        // SQLite's own wait for a lock, which as the native library is built has steps of a second; whoever begins to write has a finer one.
        var synchronous = options.Durability == Durability.Full ? "FULL" : "NORMAL";
        var pragmas = $"PRAGMA busy_timeout = {(int)_busyTimeout.TotalMilliseconds}; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 0;";
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            ForeignKeys = true,
            // The waiting is SQLite's, below. The driver repeats what SQLite gave up on until so many seconds have passed since
            // the command began, and for ever when they are 0: as few as it can count.
            DefaultTimeout = 1,
            Pooling = false,
        };
        // SQLite forgets the pages that a connection has read as soon as another one writes, and never those that it has written itself:
        // the writer's, which are nearly always the same, stay with it. Reads run to their end on their thread, so a few are in use at a time.
        // Of pieces of memory for statements, 40 are SQLite's own default: the writer's, with their many indexes, would ask for more each time.
        _readers = new SqliteConnections(settings.ConnectionString, $"{pragmas} PRAGMA cache_size = -500;", lookaside: 40, mostIdle: 8);
        _writers = new SqliteConnections(settings.ConnectionString, $"{pragmas} PRAGMA cache_size = -8000;", lookaside: 200, mostIdle: 1);
        _checkpoints = new WalCheckpoints(_readers, EnterWriteAsync, _busyTimeout);
        Group = new WriteGroup(this);
    }

    public override DatabaseEngine Engine => DatabaseEngine.Sqlite;

    internal override WriteGroup Group { get; }

    public void Dispose()
    {
        _checkpoints.Dispose();
        _readers.Dispose();
        _writers.Dispose();
        _writer.Dispose();
    }

    internal override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            await using var connection = await OpenAsync(cancellationToken);
            await ExecuteAsync(connection, "PRAGMA journal_mode = WAL;", cancellationToken);
        }
        catch (Exception fault) when (KindOf(fault) == FaultKind.Unavailable || fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(fault);
        }
    }

    // A write transaction already holds the file's only write lock.
    internal override Task LockForMigrationAsync(DbSession session) => Task.CompletedTask;

    internal override ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => _readers.TakeAsync(cancellationToken);

    internal override ValueTask<DbConnection> OpenForWriteAsync(CancellationToken cancellationToken) => _writers.TakeAsync(cancellationToken);

    internal override ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellationToken) =>
        ImmediateTransaction.BeginAsync((PreparedConnection)connection, _busyTimeout, _checkpoints, cancellationToken);

    // Of a write-ahead log, a read transaction sees what was committed when it first read, and keeps nobody from writing.
    internal override ValueTask<DbTransaction?> BeginSnapshotAsync(DbConnection connection, CancellationToken cancellationToken) =>
        new(((PreparedConnection)connection).Inner.BeginTransaction(deferred: true));

    internal override DbTransaction? DriverTransaction(DbTransaction transaction) => null;

    internal override bool IsStillOpen(DbTransaction transaction) => ((ImmediateTransaction)transaction).IsOpen;

    internal override int ChangesSoFar(DbTransaction transaction) => ((ImmediateTransaction)transaction).ChangesSoFar;

    internal override ValueTask<IDisposable?> EnterWriteAsync(CancellationToken cancellationToken)
    {
        var entering = _writer.WaitAsync(cancellationToken);
        return entering.IsCompletedSuccessfully ? new(_turn) : TurnAfterAsync(entering);
    }

    // Waiting is the busy timeout's work; what it gives up on is unavailable, and nothing is transient.
    internal override FaultKind KindOf(Exception fault) =>
        fault is SqliteException { SqliteErrorCode: Busy or Locked or ReadOnly or IoError or Corrupt or Full or CannotOpen or NotADatabase }
            ? FaultKind.Unavailable
            : FaultKind.Other;

    private async ValueTask<IDisposable?> TurnAfterAsync(Task entering)
    {
        await entering;
        return _turn;
    }

    private static async Task ExecuteAsync(DbConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed class Turn(SemaphoreSlim writer) : IDisposable
    {
        public void Dispose() => writer.Release();
    }
}
