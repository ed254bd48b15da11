using Chat.Server.Hosting.Logs;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting;

/// <summary>Builds the program and runs it, as the service or as one command; a start that cannot work ends with sentences, not with a stack.</summary>
internal static class Startup
{
    private const int Failed = 1;

    /// <summary>Runs to the end and gives the exit code.</summary>
    /// <param name="builder">With every capability added.</param>
    /// <param name="command">The command to run instead of the service; null: the service.</param>
    /// <param name="map">Puts the pipeline and the routes together.</param>
    public static async Task<int> RunAsync(WebApplicationBuilder builder, string[]? command, Action<WebApplication> map)
    {
        if (command is not null)
            KeepOutputClean(builder.Logging);
        else if (builder.Configuration["Logging:Console:FormatterName"] == ConsoleFormatterNames.Json)
            JsonLog.WriteTo(builder.Logging);
        await using var app = builder.Build();
        try
        {
            // All faults of the configuration at once, before any of it is used.
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            if (command is not null)
                return await CommandLine.RunAsync(app.Services, command);
            map(app);
            await app.RunAsync();
            return 0;
        }
        catch (Exception fault) when (Sentences(fault) is { Count: > 0 } sentences)
        {
            await System.Console.Error.WriteLineAsync("Chat cannot start:");
            foreach (var sentence in sentences)
                await System.Console.Error.WriteLineAsync($"  {sentence}");
            return Failed;
        }
    }

    // A command's standard output is its result, for scripts to read. A filter of the provider's own, as any other yields to configuration.
    private static void KeepOutputClean(ILoggingBuilder logging)
    {
        logging.AddFilter<ConsoleLoggerProvider>(level => level >= LogLevel.Error);
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static List<string> Sentences(Exception fault) => fault switch
    {
        OptionsValidationException options => [.. options.Failures],
        AggregateException several when several.InnerExceptions.All(inner => inner is OptionsValidationException) =>
            [.. several.InnerExceptions.SelectMany(Sentences)],
        _ when StorePreparation.IsUnfit(fault) => [fault.Message],
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } inUse => [inUse.Message],
        _ => [],
    };
}
