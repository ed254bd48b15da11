using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>
/// A host that nobody should call. It takes every connection, whatever is spoken on it, and keeps the first bytes; where that is an HTTP request it is
/// answered with nothing.
/// </summary>
internal sealed partial class Canary : IDisposable
{
    private static readonly byte[] Answer = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly SemaphoreSlim _more = new(0);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _calls = [];

    public Canary()
    {
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = ListenAsync();
    }

    public int Port { get; }

    /// <summary>The first line and the host of each request, or what else was sent; "" for a connection on which nothing was.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Waits for a call that has this in it; it must come.</summary>
    public async Task CalledAsync(string part) => Assert.True(await IsCalledAsync(part, Eventually.Patience), $"Nobody called {part}.");

    /// <summary>Whether a call that has this in it comes before so much time has passed without any.</summary>
    public async Task<bool> IsCalledAsync(string part, TimeSpan within)
    {
        while (!Calls.Any(call => call.Contains(part, StringComparison.Ordinal)))
        {
            if (!await _more.WaitAsync(within))
                return false;
        }

        return true;
    }

    public void Forget() => _calls.Clear();

    public void Dispose()
    {
        _listener.Dispose();
        _more.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
                _ = TakeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task TakeAsync(TcpClient client)
    {
        using (client)
        {
            var buffer = new byte[8_192];
            var read = 0;
            try
            {
                read = await client.GetStream().ReadAsync(buffer);
                Note(Describe(Encoding.Latin1.GetString(buffer, 0, read)));
                await client.GetStream().WriteAsync(Answer);
            }
            catch (IOException)
            {
                // Hung up: a call all the same.
                if (read == 0)
                    Note("");
            }
        }
    }

    private void Note(string call)
    {
        _calls.Enqueue(call);
        _more.Release();
    }

    private static string Describe(string request)
    {
        // A TLS greeting has the name of the host in the clear.
        if (request is ['\x16', ..])
            return $"TLS {HostName().Matches(request).Select(match => match.Value).MaxBy(name => name.Length)}";
        var lines = request.Split("\r\n");
        return $"{lines[0]} {lines.FirstOrDefault(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))}".Trim();
    }

    [GeneratedRegex(@"[a-z0-9-]+(\.[a-z0-9-]+)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex HostName();
}
