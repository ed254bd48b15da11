using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Benchmarks.Load;

/// <summary>What came back, and when, counted from the sending of the request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="FirstByte">Until the first byte of the answer.</param>
/// <param name="FirstToken">Until the mark was seen; zero without one.</param>
/// <param name="Whole">Until the end.</param>
/// <param name="Text">Head and body as received.</param>
internal sealed record RawAnswer(int Status, TimeSpan FirstByte, TimeSpan FirstToken, TimeSpan Whole, string Text)
{
    public bool IsGood => Status is >= 200 and < 300;
}

/// <summary>A connection that is kept open, read as bytes: what a client library would add to every latency is left out.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;

    public static async Task<RawConnection> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(address.Host), address.Port), cancellationToken);
        return connection;
    }

    /// <summary>Sends a request and reads its answer to the end.</summary>
    /// <param name="request">Head and body.</param>
    /// <param name="mark">What begins the first token; null where none is looked for.</param>
    /// <param name="onToken">Called when it has come.</param>
    /// <param name="cancellationToken">Ends the waiting; the connection is then of no use.</param>
    public async Task<RawAnswer> AskAsync(byte[] request, byte[]? mark, Action? onToken, CancellationToken cancellationToken)
    {
        _length = 0;
        var (firstByte, firstToken) = (TimeSpan.Zero, TimeSpan.Zero);
        var started = Stopwatch.GetTimestamp();
        await _socket.SendAsync(request, cancellationToken);
        while (!IsWhole())
        {
            var before = _length;
            await ReceiveAsync(cancellationToken);
            if (before == 0)
                firstByte = Stopwatch.GetElapsedTime(started);
            if (mark is null || firstToken > TimeSpan.Zero || _buffer.AsSpan(0, _length)[Math.Max(0, before - mark.Length)..].IndexOf(mark) < 0)
                continue;
            firstToken = Stopwatch.GetElapsedTime(started);
            onToken?.Invoke();
        }

        var whole = Stopwatch.GetElapsedTime(started);
        var status = int.Parse(Encoding.ASCII.GetString(_buffer, "HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        return new RawAnswer(status, firstByte, firstToken, whole, mark is null && status < 300 ? "" : Encoding.UTF8.GetString(_buffer, 0, _length));
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, _length * 2);
        var received = await _socket.ReceiveAsync(_buffer.AsMemory(_length), cancellationToken);
        if (received == 0)
            throw new LoadFailedException($"The connection was closed after: {Encoding.UTF8.GetString(_buffer, 0, _length)}");
        _length += received;
    }

    private bool IsWhole()
    {
        var answer = _buffer.AsSpan(0, _length);
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        const string LengthName = "Content-Length:";
        var fields = Encoding.ASCII.GetString(answer[..head]);
        var at = fields.IndexOf(LengthName, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return fields.StartsWith("HTTP/1.1 204", StringComparison.Ordinal) || answer.EndsWith("\r\n0\r\n\r\n"u8);
        var value = fields.AsSpan(at + LengthName.Length);
        var end = value.IndexOf('\r');
        return _length >= head + 4 + int.Parse((end < 0 ? value : value[..end]).Trim(), CultureInfo.InvariantCulture);
    }
}
