using System.Runtime.CompilerServices;

namespace Chat.Server.Providers.OpenAI;

/// <summary>
/// A response body that ends in a <see cref="ProviderException"/> once it has more bytes than it may, in all or since the last
/// empty line: the parser of events keeps an event until its end, and would keep one without an end for ever.
/// </summary>
internal sealed class BoundedStream(Stream inner, long maxTotal, long maxEvent) : Stream
{
    private long _total;
    private long _event;
    private bool _lineIsEmpty = true;
    private bool _afterReturn;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Count(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Count(ReadOnlySpan<byte> read)
    {
        _total += read.Length;
        if (_total > maxTotal)
            throw ProviderException.TooLarge();
        while (!read.IsEmpty)
        {
            var line = read.IndexOfAny((byte)'\n', (byte)'\r');
            Add(line < 0 ? read.Length : line);
            if (line < 0)
                return;
            EndLine(read[line] == '\r');
            read = read[(line + 1)..];
        }
    }

    private void Add(int length)
    {
        if (length == 0)
            return;
        _lineIsEmpty = _afterReturn = false;
        _event += length;
        if (_event > maxEvent)
            throw ProviderException.TooLarge();
    }

    // A line ends in CR, in LF or in both; an empty one ends the event.
    private void EndLine(bool isReturn)
    {
        if (_afterReturn && !isReturn)
        {
            _afterReturn = false;
            return;
        }

        if (_lineIsEmpty)
            _event = 0;
        _lineIsEmpty = true;
        _afterReturn = isReturn;
    }
}
