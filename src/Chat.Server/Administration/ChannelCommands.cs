using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Server.Administration.Exporting;
using Chat.Server.Errors;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Chat.Server.Administration;

/// <summary>Runs an action against the store: brings the schema up to date first, and says what is wrong when it cannot.</summary>
/// <param name="action">What to do with the services; its result is the exit code.</param>
internal delegate Task<int> CommandRunner(Func<IServiceProvider, Task<int>> action);

/// <summary>The operations of <c>/admin/v1/channels</c> as commands: <c>channel create|list|show|edit|enable|disable|export|delete|key|rotate-key|grant|embed</c>.</summary>
internal static class ChannelCommands
{
    private const int ListLimit = 200;

    private static readonly Argument<Guid> Id = new("id") { Description = "The channel's id." };

    /// <summary>The command tree.</summary>
    public static Command Create(CommandRunner run) => new("channel", "Makes, reads and changes channels.")
    {
        CreateCommand(run),
        ListCommand(run),
        With(new Command("show", "Prints a channel as JSON.") { Id }, run, (services, id, token) => Print(services, services.GetRequiredService<ChannelQueries>().GetAsync(id, token))),
        EditCommand(run),
        With(new Command("enable", "Lets a channel answer again.") { Id }, run, (services, id, token) => EditAsync(services, id, Active(true), token)),
        With(new Command("disable", "Stops a channel.") { Id }, run, (services, id, token) => EditAsync(services, id, Active(false), token)),
        ExportCommands.CreateExport(Id, run),
        ExportCommands.CreateDelete(Id, run),
        With(new Command("key", "Prints a channel's key.") { Id }, run, RevealAsync),
        With(new Command("rotate-key", "Gives a channel a new key and prints it; the old one ends at once.") { Id }, run, RotateAsync),
        GrantCommand.Create(Id, run),
        EmbedCommand.Create(Id, run),
    };

    private static Command CreateCommand(CommandRunner run)
    {
        var name = new Option<string>("--name") { Description = "What to call the channel.", Required = true };
        var credits = new Option<decimal?>("--credits") { Description = "Credits to begin with; default as configured." };
        var settings = new SettingOptions();
        var command = new Command("create", "Makes a channel and prints its id and its key.") { name, credits };
        settings.AddTo(command);
        command.SetAction((parsed, cancellationToken) => run(async services =>
        {
            var body = settings.Read(parsed);
            body["name"] = parsed.GetRequiredValue(name);
            if (parsed.GetValue(credits) is { } amount)
                body["credits"] = amount;
            if (!(await services.GetRequiredService<CreateChannel>().HandleAsync(body, cancellationToken)).Succeeded(out var channel, out var error))
                return await FailAsync(error);
            System.Console.WriteLine($"id   {channel.Id}");
            System.Console.WriteLine($"key  {channel.Key}");
            return 0;
        }));
        return command;
    }

    private static Command ListCommand(CommandRunner run)
    {
        var offset = new Option<int>("--offset") { Description = "How many channels to skip." };
        var command = new Command("list", $"Lists channels, {ListLimit} at a time.") { offset };
        command.SetAction((parsed, cancellationToken) => run(async services =>
        {
            var page = await services.GetRequiredService<ChannelQueries>().ListAsync(ListLimit, Math.Max(0, parsed.GetValue(offset)), cancellationToken);
            foreach (var channel in page.Data)
                System.Console.WriteLine($"{channel.Id}  {(channel.Active ? "active  " : "disabled")}  {channel.CreditsConsumed,12:0.000} of {channel.CreditsAllocated,12:0.000} credits  {channel.Name}");
            if (page.Pagination.HasMore)
                System.Console.WriteLine($"… of {page.Pagination.Total} in all: --offset {page.Pagination.Offset + page.Data.Count} for more.");
            return 0;
        }));
        return command;
    }

    private static Command EditCommand(CommandRunner run)
    {
        var name = new Option<string?>("--name") { Description = "What to call the channel." };
        var settings = new SettingOptions();
        var command = new Command("edit", "Changes the settings that are given.") { Id, name };
        settings.AddTo(command);
        return With(command, run, (services, id, parsed, token) =>
        {
            var changes = settings.Read(parsed);
            if (parsed.GetValue(name) is { } value)
                changes["name"] = value;
            return EditAsync(services, id, changes, token);
        });
    }

    private static Command With(Command command, CommandRunner run, Func<IServiceProvider, Guid, CancellationToken, Task<int>> action) =>
        With(command, run, (services, id, _, token) => action(services, id, token));

    private static Command With(Command command, CommandRunner run, Func<IServiceProvider, Guid, ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction((parsed, cancellationToken) => run(services => action(services, parsed.GetRequiredValue(Id), parsed, cancellationToken)));
        return command;
    }

    private static JsonObject Active(bool active) => new() { ["active"] = active };

    private static Task<int> EditAsync(IServiceProvider services, Guid id, JsonObject changes, CancellationToken cancellationToken) =>
        Print(services, services.GetRequiredService<EditChannel>().HandleAsync(id, changes, cancellationToken));

    private static async Task<int> RevealAsync(IServiceProvider services, Guid id, CancellationToken cancellationToken)
    {
        if (!(await services.GetRequiredService<ChannelQueries>().RevealKeyAsync(id, cancellationToken)).Succeeded(out var key, out var error))
            return await FailAsync(error);
        System.Console.WriteLine(key.Key);
        return 0;
    }

    private static async Task<int> RotateAsync(IServiceProvider services, Guid id, CancellationToken cancellationToken)
    {
        if (!(await services.GetRequiredService<RotateKey>().HandleAsync(id, cancellationToken)).Succeeded(out var channel, out var error))
            return await FailAsync(error);
        System.Console.WriteLine(channel.Key);
        return 0;
    }

    private static async Task<int> Print(IServiceProvider services, Task<Result<ChannelResponse>> operation)
    {
        if (!(await operation).Succeeded(out var channel, out var error))
            return await FailAsync(error);
        var json = new JsonSerializerOptions(services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions) { WriteIndented = true };
        System.Console.WriteLine(JsonSerializer.Serialize(channel, json));
        return 0;
    }

    internal static async Task<int> FailAsync(ChatError error)
    {
        await System.Console.Error.WriteLineAsync($"{error.Message}.");
        foreach (var (field, messages) in error.Details ?? new Dictionary<string, string[]>(StringComparer.Ordinal))
            await System.Console.Error.WriteLineAsync($"  {field}: {string.Join(" ", messages)}");
        return 1;
    }
}
