namespace Chat.Server.Storage;

/// <summary>
/// Work on its way into a transaction, its own or one that it shares. Whoever waits for it goes on behind those who waited for a thread
/// before: of many that end together, the last would otherwise be the first.
/// </summary>
/// <param name="work">The work.</param>
/// <param name="token">The caller's hanging up.</param>
internal sealed class PendingWrite(Func<DbSession, Task> work, CancellationToken token) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource _ending = new();
    private CancellationTokenRegistration _hangingUp;
    private Exception? _fault;
    private int _isTaken;
    private int _isOverOrAwaited;

    /// <summary>The caller's hanging up.</summary>
    public CancellationToken Token => token;

    /// <summary>Whether it has come to its end.</summary>
    public bool IsOver { get; private set; }

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

    /// <summary>
    /// Ends once it is over: kept, or discarded; or with the fault for which it was neither. To be called once. Where its caller has run it, it is
    /// over by then, and nobody has to be woken.
    /// </summary>
    public Task WhenOver()
    {
        if (Interlocked.Exchange(ref _isOverOrAwaited, 1) == 1)
            Tell();
        return _ending.Task;
    }

    /// <summary>It is kept, or discarded.</summary>
    public void End() => EndWith(null);

    /// <summary>It is not kept, or nobody knows.</summary>
    public void Fail(Exception fault) => EndWith(fault);

    void IThreadPoolWorkItem.Execute() => Tell();

    private void GiveUp()
    {
        if (Claim())
            EndWith(new OperationCanceledException(token));
    }

    // The first end stands.
    private void EndWith(Exception? fault)
    {
        if (IsOver)
            return;
        (IsOver, _fault) = (true, fault);
        if (Interlocked.Exchange(ref _isOverOrAwaited, 1) == 1)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Tell()
    {
        switch (_fault)
        {
            case null:
                _ending.SetResult();
                break;
            case OperationCanceledException cancelled when cancelled.CancellationToken == token:
                _ending.SetCanceled(token);
                break;
            default:
                _ending.SetException(_fault);
                break;
        }
    }

    // Its turn and its caller's hanging up: whichever comes first.
    private bool Claim() => Interlocked.Exchange(ref _isTaken, 1) == 0;
}

/// <summary>A commit went wrong, and whether the engine has kept the transaction all the same is not known.</summary>
/// <param name="fault">What the commit met.</param>
internal sealed class CommitInDoubtException(Exception fault) : Exception("Whether a transaction was kept is not known.", fault);
