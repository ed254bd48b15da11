using System.Net;
using System.Net.Sockets;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>An upstream that begins its headers, and adds to them for ever and never ends them. Kestrel cannot be made to.</summary>
internal sealed class SlowHeaders : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _dripping = new();
    private readonly Task _serving;

    public SlowHeaders()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string BaseUrl => $"http://{_listener.LocalEndpoint}/v1";

    /// <summary>Ends when the first headers are on their way.</summary>
    public Task Dripping => _dripping.Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"u8.ToArray(), _stop.Token);
        while (true)
        {
            await stream.WriteAsync("X-More: and more\r\n"u8.ToArray(), _stop.Token);
            _dripping.TrySetResult();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, _stop.Token);
        }
    }
}
