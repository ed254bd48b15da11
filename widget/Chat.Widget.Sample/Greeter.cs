using Chat.Client;
using Chat.Widget.Backend;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Chat.Widget.Sample;

/// <summary>Says on the console where the shop is, and what to start where its chat has nobody to talk to.</summary>
internal sealed class Greeter(IServer server, ChatService service, IChatBackend chat, IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>What to do about a chat that cannot answer.</summary>
    public const string Advice = "dotnet run --project src/Chat.Server";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => _ = WriteAsync(lifetime.ApplicationStopping));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "this server";
        await Console.Out.WriteLineAsync($"\n  The bicycle shop is open: {address}\n");
        if (await FaultAsync(cancellationToken) is { } fault)
            await Console.Out.WriteLineAsync($"  {fault}\n");
    }

    private async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        if (!service.HasKey)
        {
            return $"Its chat has no key yet. Start the service once, in another terminal, and then this shop again:\n\n    {Advice}\n\n"
                + "  or set ChatWidget__ApiKey (and ChatWidget__BaseUrl) to a channel of your own.";
        }

        try
        {
            await chat.GetChannelAsync(cancellationToken);
            return null;
        }
        catch (ChatApiException failure)
        {
            return $"Its chat cannot reach a Chat service at {service.Address} ({failure.Code}). Start one in another terminal:\n\n    {Advice}";
        }
    }
}
