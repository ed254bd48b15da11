using Chat.Server.Settings;
using FluentValidation;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Chat.Server.Channels;

/// <summary>Registers channels, their keys and the key ring that seals them.</summary>
public static class ChannelsModule
{
    /// <summary>Adds <see cref="ChannelStore"/>, <see cref="ChannelDirectory"/> and <see cref="KeySealer"/>.</summary>
    public static IServiceCollection AddChannels(this IServiceCollection services)
    {
        services.AddSingleton<IValidator<ChannelSettings>, ChannelSettingsValidator>();
        services.AddSingleton<ChannelStore>();
        services.AddSingleton<ChannelDirectory>();
        services.AddSingleton<KeySealer>();
        services.AddSingleton<WebhookSecrets>();
        services.AddOptions<KeyRingOptions>().BindSettings("DataProtection");
        services.AddSingleton<IValidateOptions<KeyRingOptions>, KeyRingOptionsValidator>();
        services.AddSingleton<KeyRingSeal>();
        services.AddSingleton<KeyRingStore>();
        services.AddSingleton<KeyRing>();
        // The name separates our purposes from those of other applications that might share a key ring; it must never change.
        services.AddDataProtection().SetApplicationName("Chat");
        services.AddOptions<KeyManagementOptions>().Configure<KeyRingStore>((options, store) => options.XmlRepository = store);
        // The framework does not know that the store encrypts, and would warn of keys in clear; KeyRing says it where it is so.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error));
        return services;
    }
}
