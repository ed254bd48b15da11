using System.Buffers;

namespace Chat.Server.Hosting.Logs;

/// <summary>
/// Takes lines from any thread and writes them to a stream on one of its own, many at a time: a line waits 5 milliseconds for others at
/// most, one that tells of an error not at all. Whoever logs waits only where the stream has not taken the last megabyte.
/// </summary>
/// <param name="stream">Where to; what it cannot take is lost, as nobody could be told.</param>
internal sealed class LogOutput(Stream stream) : IDisposable
{
    private const int Most = 1024 * 1024;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    private readonly object _gate = new();
    private readonly ManualResetEventSlim _hurry = new(initialState: false, spinCount: 0);
    private ArrayBufferWriter<byte> _gathered = new(4096);
    private Thread? _writer;
    private bool _isIdle;
    private bool _disposed;

    /// <summary>Takes a line.</summary>
    /// <param name="line">The line, with its end.</param>
    /// <param name="isUrgent">Whether it may not wait for others: the process may end with what it tells of.</param>
    public void Write(ReadOnlySpan<byte> line, bool isUrgent)
    {
        lock (_gate)
        {
            while (_gathered.WrittenCount > Most && !_disposed)
                Monitor.Wait(_gate);
            if (_disposed)
                return;
            _gathered.Write(line);
            if (_writer is null)
                Start();
            if (_isIdle)
                Monitor.PulseAll(_gate);
        }

        if (isUrgent)
            _hurry.Set();
    }

    /// <summary>Ends, once everything is written.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }

        _hurry.Set();
        _writer?.Join();
    }

    private void Start()
    {
        _writer = new Thread(Run) { IsBackground = true, Name = "Log" };
        _writer.Start();
    }

    private void Run()
    {
        var written = new ArrayBufferWriter<byte>(4096);
        while (Gather(ref written))
            WriteOut(written.WrittenSpan);
    }

    // False when nothing is left and nothing will come.
    private bool Gather(ref ArrayBufferWriter<byte> written)
    {
        lock (_gate)
        {
            _isIdle = true;
            while (_gathered.WrittenCount == 0 && !_disposed)
                Monitor.Wait(_gate);
            _isIdle = false;
        }

        _hurry.Wait(Gathering);
        _hurry.Reset();
        written.ResetWrittenCount();
        lock (_gate)
        {
            (written, _gathered) = (_gathered, written);
            Monitor.PulseAll(_gate);
            return written.WrittenCount > 0;
        }
    }

    // Not under the gate: the console's stream takes the lock of whoever writes to the console.
    private void WriteOut(ReadOnlySpan<byte> lines)
    {
        try
        {
            stream.Write(lines);
            stream.Flush();
        }
        catch (IOException)
        {
        }
    }
}
