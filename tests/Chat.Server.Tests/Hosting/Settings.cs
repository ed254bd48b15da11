using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Hosting;
using Chat.Server.Http;
using Chat.Server.Providers;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Chat.Server.WidgetHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Server.Tests.Hosting;

/// <summary>Reads options as the program does: from configuration, through every validator.</summary>
internal static class Settings
{
    /// <summary>The options, where the configuration is good.</summary>
    public static T Read<T>(params (string Key, string? Value)[] configuration)
        where T : class
    {
        using var services = Build(configuration);
        return services.GetRequiredService<IOptions<T>>().Value;
    }

    /// <summary>Everything that a start would complain about.</summary>
    public static IReadOnlyList<string> Faults(params (string Key, string? Value)[] configuration)
    {
        using var services = Build(configuration);
        return Record.Exception(services.GetRequiredService<IStartupValidator>().Validate) switch
        {
            null => [],
            OptionsValidationException one => [.. one.Failures],
            AggregateException several => [.. several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(fault => fault.Failures)],
            var other => throw other,
        };
    }

    private static ServiceProvider Build((string Key, string? Value)[] configuration)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(configuration.GroupBy(setting => setting.Key).Select(setting => KeyValuePair.Create(setting.Key, setting.Last().Value)));
        builder.AddHosting();
        builder.Services.AddWire().AddStorage().AddProviders(builder.Configuration).AddChannels().AddQuotas().AddConversations().AddWidgetHost();
        return builder.Services.BuildServiceProvider();
    }
}
