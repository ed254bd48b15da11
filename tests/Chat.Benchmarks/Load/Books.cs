using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Chat.Benchmarks.Load;

/// <summary>
/// Whether the service did what it answered. Every good answer to a chat must be a turn that is stored and charged; a driver that
/// stops leaves at most one question on each connection unheard, and those are stored and charged too.
/// </summary>
internal sealed class Books
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30), Look = TimeSpan.FromMilliseconds(100);

    private readonly PublishedService _service;
    private readonly IReadOnlyList<string> _known;
    private readonly Rows _before;
    private long _answered;
    private long _unheard;

    private Books(PublishedService service, IReadOnlyList<string> known)
    {
        _service = service;
        _known = known;
        _before = Read();
    }

    /// <summary>Looks at what is stored before there is load; what a filled database has wrong then, it may have wrong later.</summary>
    public static async Task<Books> OpenAsync(PublishedService service, CancellationToken cancellationToken) =>
        new(service, await service.ViolationsAsync(cancellationToken));

    /// <summary>Counts good answers, and how many more a driver may have left unheard.</summary>
    public void Add(long answered, long unheard)
    {
        _answered += answered;
        _unheard += unheard;
    }

    /// <summary>Compares, once every turn has ended, and gives a line for the report.</summary>
    /// <exception cref="LoadFailedException">They do not add up.</exception>
    public async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; Read().Pending > 0 && waited < SettleLimit; waited += Look)
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        var now = Read();
        var (done, failed, charged) = (now.Done - _before.Done, now.Failed - _before.Failed, now.Charged - _before.Charged);
        var violations = (await _service.ViolationsAsync(cancellationToken)).Except(_known, StringComparer.Ordinal).ToArray();
        var said = string.Create(
            CultureInfo.InvariantCulture,
            $"{_answered:N0} chats answered, {done:N0} stored ({done - _answered:N0} unheard by a driver that stopped), {charged:N0} charged, {failed} failed, {now.Pending} pending; audit: {(violations.Length == 0 ? "sound" : string.Join(' ', violations))}");
        return done >= _answered && done <= _answered + _unheard && charged == done && failed == 0 && now.Pending == 0 && violations.Length == 0
            ? said
            : throw new LoadFailedException($"The books do not add up: {said}.");
    }

    // Turns that a filled database holds without a thread were abandoned before: the sweeper may fail them at any time.
    private Rows Read()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _service.DatabasePath, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = """
            SELECT SUM(state = 0), SUM(state = 1), SUM(state = 2), (SELECT COUNT(*) FROM usage) FROM turns WHERE thread_id IS NOT NULL
            """;
        using var reader = command.ExecuteReader();
        reader.Read();
        return new Rows(Number(0), Number(1), Number(2), Number(3));

        long Number(int column) => reader.IsDBNull(column) ? 0 : reader.GetInt64(column);
    }

    private sealed record Rows(long Pending, long Done, long Failed, long Charged);
}
