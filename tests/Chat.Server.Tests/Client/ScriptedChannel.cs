using Chat.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Server.Tests.Client;

/// <summary>Registers the client the way a program does, for a <see cref="ScriptedService"/>.</summary>
internal static class ScriptedChannel
{
    public static IServiceCollection AddChannelAt(this IServiceCollection services, ScriptedService service)
    {
        services.AddChatClient(options => (options.BaseUrl, options.ApiKey) = (service.Address, ScriptedService.ApiKey));
        return services;
    }
}
