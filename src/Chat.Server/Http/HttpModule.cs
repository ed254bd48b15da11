using System.Reflection;
using System.Text.Json;
using FluentValidation;

namespace Chat.Server.Http;

/// <summary>Registers what both surfaces need to read requests and write answers.</summary>
public static class HttpModule
{
    /// <summary>Adds the JSON rules and every validator of this assembly.</summary>
    public static IServiceCollection AddWire(this IServiceCollection services)
    {
        services.AddWireJson();
        // Sentences are in English, whatever the machine's language: clients and tests read them.
        ValidatorOptions.Global.LanguageManager.Enabled = false;
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        foreach (var validator in Assembly.GetExecutingAssembly().DefinedTypes.Where(type => type is { IsClass: true, IsAbstract: false }))
        {
            foreach (var service in validator.ImplementedInterfaces.Where(IsValidator))
                services.AddSingleton(service, validator);
        }

        return services;
    }

    private static bool IsValidator(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IValidator<>);
}
