using System.Text.Json;
using FluentValidation;

namespace Chat.Server.Http;

/// <summary>Registers what both surfaces need to read requests and write answers.</summary>
public static class HttpModule
{
    /// <summary>Adds the JSON rules and what all validators have in common.</summary>
    public static IServiceCollection AddWire(this IServiceCollection services)
    {
        services.AddWireJson();
        // Sentences are in English, whatever the machine's language: clients and tests read them.
        ValidatorOptions.Global.LanguageManager.Enabled = false;
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        return services;
    }
}
