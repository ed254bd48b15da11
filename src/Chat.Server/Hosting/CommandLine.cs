using System.CommandLine;
using System.CommandLine.Parsing;
using Chat.Server.Administration;
using Chat.Server.Storage;

namespace Chat.Server.Hosting;

/// <summary>The same program as a command: <c>channel …</c>, <c>audit</c> and <c>database …</c> work on the store directly, <c>healthcheck</c> asks the running service.</summary>
internal static class CommandLine
{
    private const string Channel = "channel";
    private const string Audit = "audit";
    private const string DatabaseCommand = "database";
    private const string HealthCheck = "healthcheck";

    /// <summary>Whether the arguments are a command, rather than configuration of the service.</summary>
    public static bool IsCommand(string[] args) => args is [Channel or Audit or DatabaseCommand or HealthCheck or "help" or "--help" or "-h" or "-?" or "--version", ..];

    /// <summary>Runs one command; its result is on standard output, and a failure is a sentence on standard error and exit code 1.</summary>
    public static Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        var root = new RootCommand("Chat: a channel-oriented AI chat service. Without a command, the service runs.")
        {
            ChannelCommands.Create(action => WithStoreAsync(services, action)),
            AuditCommand.Create(action => WithStoreAsync(services, action)),
            DatabaseCommands.Create(action => TellingFaultsAsync(() => action(services))),
            HealthCheckCommand(),
        };
        return root.Parse(args is ["help", ..] ? ["--help"] : args).InvokeAsync();
    }

    private static Task<int> WithStoreAsync(IServiceProvider services, Func<IServiceProvider, Task<int>> action) => TellingFaultsAsync(async () =>
    {
        await services.GetRequiredService<StorePreparation>().RunAsync(CancellationToken.None);
        return await action(services);
    });

    private static async Task<int> TellingFaultsAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception fault) when (fault is StoreUnavailableException || StorePreparation.IsUnfit(fault))
        {
            await System.Console.Error.WriteLineAsync(fault is StoreUnavailableException ? $"{fault.Message} {fault.InnerException?.Message}".Trim() : fault.Message);
            return 1;
        }
    }

    private static Uri DefaultAddress()
    {
        var port = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")?.Split(';')[0];
        return new Uri($"http://127.0.0.1:{(string.IsNullOrEmpty(port) ? "8080" : port)}/healthz");
    }

    // The library turns text into many types, but not into this one.
    private static Uri? ParseAddress(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens[0].Value, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
            return url;
        argument.AddError("--url must be an absolute http or https URL.");
        return null;
    }

    // The image has no curl: its health check is the program itself.
    private static Command HealthCheckCommand()
    {
        var url = new Option<Uri>("--url") { Description = "The address to ask.", DefaultValueFactory = _ => DefaultAddress(), CustomParser = ParseAddress };
        var command = new Command(HealthCheck, "Asks a running service whether it is healthy: exit code 0 or 1.") { url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
            try
            {
                using var response = await client.GetAsync(parsed.GetValue(url), cancellationToken);
                return response.IsSuccessStatusCode ? 0 : 1;
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
            {
                return 1;
            }
        });
        return command;
    }
}
