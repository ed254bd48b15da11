using Chat.Server.Administration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Chat.Server.Hosting;

/// <summary>
/// In Development, says on the console where to look. On the console and not in the log: the line to paste holds the demo
/// channel's key.
/// </summary>
internal sealed class Welcome(IServer server, DemoChannel demo, AdminToken token, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => _ = WriteAsync(lifetime.ApplicationStopping));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (address is null)
            return;
        var lines = new List<string> { "", "  Chat is running.", "", $"  Start here      {address}/", $"  Documentation   {address}/docs", $"  Health          {address}/readyz" };
        if (token.Exists)
            lines.Add($"  Your channels   {address}/admin");
        if (token.FilePath is { } path)
            lines.Add($"  Admin token     {path}");
        if (await KeyAsync(cancellationToken) is { } key)
        {
            lines.AddRange(
            [
                "", "  Ask the demo channel something:", "",
                .. CurlLine(address, key).Split('\n').Select(line => $"  {line}"),
            ]);
        }

        await System.Console.Out.WriteLineAsync(string.Join(Environment.NewLine, [.. lines, ""]));
    }

    /// <summary>A question to the demo channel, to paste into a terminal.</summary>
    public static string CurlLine(string address, string key) =>
        $"curl {address}/chat -H 'X-API-Key: {key}' -H 'Content-Type: application/json' \\\n"
        + "  -d '{\"message\": \"How do I connect a provider?\", \"session_id\": \"first-steps\"}'";

    // Without the store there is no key to show; the log says so.
    private async Task<string?> KeyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await demo.FindKeyAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return null;
        }
    }
}
