using System.Runtime.ExceptionServices;

namespace Chat.Server.Storage;

/// <summary>Work on the store on its way through as many runs as it takes.</summary>
internal abstract class Run<T>
{
    /// <summary>What ends it: the caller's hanging up, as long as nothing may have been kept.</summary>
    public abstract CancellationToken Token { get; }

    /// <summary>Whether a commit went wrong, and it is not known whether the engine has kept it all the same.</summary>
    public virtual bool IsInDoubt => false;

    /// <summary>Whether the next run would begin with a look-up that ends the doubt.</summary>
    public virtual bool CanLookUp => false;

    /// <summary>Runs once.</summary>
    public abstract Task<T> RunAsync();
}

/// <summary>Reads without a transaction: as often as need be.</summary>
internal sealed class ReadRun<T>(Database database, Func<DbSession, Task<T>> work, CancellationToken caller) : Run<T>
{
    public override CancellationToken Token => caller;

    public override async Task<T> RunAsync()
    {
        await using var connection = await database.OpenAsync(caller);
        return await work(new DbSession(connection, null, database.Engine, caller));
    }
}

/// <summary>
/// Writes in a transaction. Until COMMIT is sent, a fault means that nothing was kept, and the work may be run again. From
/// then on it means nothing: the next run begins by looking up, on a connection of its own, what has become of the last.
/// </summary>
/// <param name="database">Where.</param>
/// <param name="work">What; run again from its start.</param>
/// <param name="isKept">
/// Whether the transaction that came to this result was kept; null for work that may be done twice. It must look for a mark
/// that is unique in the store, so that work whose commit is kept after the look meets itself there, and is looked up again.
/// </param>
/// <param name="isAlone">Whether it must have a transaction to itself, where the engine would let several share one.</param>
/// <param name="caller">The caller's hanging up.</param>
internal sealed class WriteRun<T>(
    Database database, Func<DbSession, Task<T>> work, Func<DbSession, T, Task<bool>>? isKept, bool isAlone, CancellationToken caller) : Run<T>
{
    private T _result = default!;
    private Exception? _doubt;
    private bool _wasInDoubt;
    private bool _isOver;

    // From the first doubt on, the caller's hanging up must not decide what becomes of the work.
    public override CancellationToken Token => _wasInDoubt ? CancellationToken.None : caller;

    public override bool IsInDoubt => _doubt is not null;

    public override bool CanLookUp => IsInDoubt && isKept is not null;

    public override Task<T> RunAsync() => _wasInDoubt ? RunAgainAsync() : RunOnceAsync();

    private async Task<T> RunAgainAsync()
    {
        try
        {
            if (!await LookUpAsync())
                await RunOnceAsync();
        }
        catch (Exception) when (_isOver)
        {
            // Only the connection could not be given back in order: that makes nothing undone.
        }

        return _result;
    }

    private async Task<T> RunOnceAsync()
    {
        var write = new PendingWrite(async session => _result = await work(session), Token);
        try
        {
            await database.RunAsync(write, isAlone);
        }
        catch (CommitInDoubtException doubt)
        {
            (_doubt, _wasInDoubt) = (doubt.InnerException!, true);
            ExceptionDispatchInfo.Throw(_doubt);
        }

        Resolved(Resolutions.Repeated);
        return _result;
    }

    private async Task<bool> LookUpAsync()
    {
        // Work that may be done twice is in doubt until it has been.
        if (isKept is null)
            return false;
        await using var connection = await database.OpenAsync(CancellationToken.None);
        _isOver = await isKept(new DbSession(connection, null, database.Engine, CancellationToken.None), _result);
        var doubt = Resolved(_isOver ? Resolutions.Kept : Resolutions.NotKept);
        // It is known now that nothing was kept, so the commit's own fault says whether another run can fare better.
        if (!_isOver && doubt is not null && !database.KindOf(doubt).IsTransient())
            ExceptionDispatchInfo.Throw(doubt);
        return _isOver;
    }

    private Exception? Resolved(string resolution)
    {
        var doubt = _doubt;
        _doubt = null;
        if (doubt is not null)
            database.Retries.Metrics?.Resolved(resolution);
        return doubt;
    }
}
