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

    private readonly Lock _gate = new();
    private readonly Queue<PendingWrite> _waiting = [];
    private bool _isWriting;

    /// <summary>Ends with the write.</summary>
    public Task RunAsync(PendingWrite write)
    {
        write.Wait();
        if (IsFirst(write))
        {
            // Others have work to do, and may come to writing by it: theirs comes first, and may be written along.
            if (ThreadPool.PendingWorkItemCount > 0)
                WriteLater();
            else
                _ = WriteAsync();
        }

        return write.Ending;
    }

    private bool IsFirst(PendingWrite write)
    {
        lock (_gate)
        {
            _waiting.Enqueue(write);
            return _isWriting != (_isWriting = true);
        }
    }

    // Never throws: what goes wrong is the writes' own.
    private async Task WriteAsync()
    {
        using (await database.EnterWriteAsync(CancellationToken.None))
            await WriteBatch.RunAsync(database, Take());
        lock (_gate)
        {
            if (!(_isWriting = _waiting.Count > 0))
                return;
        }

        // Nobody's request waits for more than the batch that it is in; and who was answered goes on before the next is written.
        WriteLater();
    }

    // At the end of the queue that all threads share.
    private void WriteLater() => ThreadPool.UnsafeQueueUserWorkItem(static group => _ = group.WriteAsync(), this, preferLocal: false);

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
