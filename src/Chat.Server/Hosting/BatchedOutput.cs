using System.Text;

namespace Chat.Server.Hosting;

/// <summary>
/// Standard output for a log that nobody watches as it comes, a file or a pipe: what is written within a moment goes out together. Line by
/// line, as the console's own writer has it, a busy service spends a twentieth of its processor on handing them over. What a
/// process that is killed has not handed over by then is lost.
/// </summary>
internal sealed class BatchedOutput : TextWriter
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly StreamWriter _output;
    private readonly ITimer _timer;
    private bool _isWaiting;
    private bool _isClosed;

    /// <summary>Begins.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="time">The clock of the moment.</param>
    public BatchedOutput(Stream output, TimeProvider time)
    {
        _output = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 32 * 1024);
        _timer = time.CreateTimer(static writer => ((BatchedOutput)writer!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override Encoding Encoding => _output.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            Try(_output, buffer, static (output, buffer) => output.Write(buffer));
            if (_isWaiting)
                return;
            _isWaiting = true;
        }

        _timer.Change(Moment, Timeout.InfiniteTimeSpan);
    }

    public override void Flush()
    {
        lock (_gate)
        {
            _isWaiting = false;
            if (!_isClosed)
                Try(_output, [], static (output, _) => output.Flush());
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            lock (_gate)
            {
                if (!_isClosed)
                    Try(_output, [], static (output, _) => output.Dispose());
                _isClosed = true;
            }
        }

        base.Dispose(disposing);
    }

    // A log that finds no room is no reason to end the service: those lines are lost, and later ones may find some again.
    private static void Try(StreamWriter output, ReadOnlySpan<char> buffer, Work work)
    {
        try
        {
            work(output, buffer);
        }
        catch (IOException)
        {
        }
    }

    private delegate void Work(StreamWriter output, ReadOnlySpan<char> buffer);
}
