namespace Chat.Server.Storage;

/// <summary>
/// Group commit, for an engine with one writer: whoever finds nobody writing writes what is waiting by then, in one transaction,
/// and the next who waits writes the next. Alone, a work is written at once and on its caller's thread; under load
/// the cost of a commit is shared. Each caller is answered after the commit, as ever.
/// </summary>
internal sealed class WriteGroup(Database database)
{
    // A transaction of some milliseconds: other processes wait for it too.
    private const int MostTogether = 64;

    // Where so many wait, whoever comes writes them, though others have work to do: once all have come, a core would have none beside it.
    private const int Enough = 10;

    private readonly Lock _gate = new();
    private readonly Queue<PendingWrite> _waiting = [];
    private State _state;

    private enum State
    {
        /// <summary>Nobody waits.</summary>
        Idle,

        /// <summary>Some wait, and one of them has it queued to be written.</summary>
        Due,

        /// <summary>One is writing, for those that it took; others may wait.</summary>
        Writing,
    }

    /// <summary>Ends with the write.</summary>
    public Task RunAsync(PendingWrite write)
    {
        write.Wait();
        var (isFirst, isEnough) = Add(write);
        // Others have work to do, and may come to writing by it: theirs comes first, and may be written along.
        if (isFirst && ThreadPool.PendingWorkItemCount > 0)
            WriteLater();
        else if (isFirst || isEnough)
            WriteIfDue();
        return write.WhenOver();
    }

    private (bool IsFirst, bool IsEnough) Add(PendingWrite write)
    {
        lock (_gate)
        {
            _waiting.Enqueue(write);
            if (_state == State.Idle)
            {
                _state = State.Due;
                return (true, false);
            }

            return (false, _state == State.Due && _waiting.Count >= Enough);
        }
    }

    private void WriteIfDue()
    {
        lock (_gate)
        {
            if (_state != State.Due)
                return;
            _state = State.Writing;
        }

        _ = WriteAsync();
    }

    // Never throws: what goes wrong is the writes' own.
    private async Task WriteAsync()
    {
        using (await database.EnterWriteAsync(CancellationToken.None))
            await WriteBatch.RunAsync(database, Take());
        lock (_gate)
        {
            _state = _waiting.Count > 0 ? State.Due : State.Idle;
            if (_state == State.Idle)
                return;
        }

        // Nobody's request waits for more than the batch that it is in; and who was answered goes on before the next is written.
        WriteLater();
    }

    // At the end of the queue that all threads share. By then it may have been done.
    private void WriteLater() => ThreadPool.UnsafeQueueUserWorkItem(static group => group.WriteIfDue(), this, preferLocal: false);

    private List<PendingWrite> Take()
    {
        List<PendingWrite> batch = [];
        lock (_gate)
        {
            while (batch.Count < MostTogether && _waiting.TryDequeue(out var write))
            {
                if (write.TryTake())
                    batch.Add(write);
            }
        }

        return batch;
    }
}
