using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Chat.Server.Channels;

/// <summary>Registers channels, their keys and the key ring that seals them.</summary>
public static class ChannelsModule
{
    /// <summary>Adds <see cref="ChannelStore"/>, <see cref="ChannelDirectory"/> and <see cref="KeySealer"/>.</summary>
    public static IServiceCollection AddChannels(this IServiceCollection services)
    {
        services.AddSingleton<ChannelStore>();
        services.AddSingleton<ChannelDirectory>();
        services.AddSingleton<KeySealer>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<KeyRingStore>();
        // The name separates our purposes from those of other applications that might share a key ring; it must never change.
        services.AddDataProtection().SetApplicationName("Chat");
        services.AddOptions<KeyManagementOptions>().Configure<KeyRingStore>((options, store) => options.XmlRepository = store);
        return services;
    }
}
