namespace Chat.Server.Storage;

/// <summary>Work on its way into a transaction, its own or one that it shares.</summary>
/// <param name="work">The work.</param>
/// <param name="token">The caller's hanging up.</param>
internal sealed class PendingWrite(Func<DbSession, Task> work, CancellationToken token)
{
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _hangingUp;
    private int _isTaken;

    /// <summary>The caller's hanging up.</summary>
    public CancellationToken Token => token;

    /// <summary>Ends once it is kept, or discarded; or with the fault for which it was neither.</summary>
    public Task Ending => _ending.Task;

    /// <summary>Runs the work.</summary>
    public Task RunAsync(DbSession session) => work(session);

    /// <summary>From now on the caller's hanging up ends it, until its turn comes.</summary>
    public void Wait() => _hangingUp = token.UnsafeRegister(static state => ((PendingWrite)state!).GiveUp(), this);

    /// <summary>Whether its turn has come: false when its caller has hung up before.</summary>
    public bool TryTake()
    {
        if (!Claim())
            return false;
        _hangingUp.Unregister();
        return true;
    }

    /// <summary>It is kept, or discarded.</summary>
    public void End() => _ending.TrySetResult();

    /// <summary>It is not kept, or nobody knows.</summary>
    public void Fail(Exception fault) => _ending.TrySetException(fault);

    private void GiveUp()
    {
        if (Claim())
            _ending.TrySetCanceled(token);
    }

    // Its turn and its caller's hanging up: whichever comes first.
    private bool Claim() => Interlocked.Exchange(ref _isTaken, 1) == 0;
}

/// <summary>A commit went wrong, and whether the engine has kept the transaction all the same is not known.</summary>
/// <param name="fault">What the commit met.</param>
internal sealed class CommitInDoubtException(Exception fault) : Exception("Whether a transaction was kept is not known.", fault);
