using System.CommandLine;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Chat.Server.Errors;

namespace Chat.Server.Administration.Exporting;

/// <summary>The commands <c>channel export</c> and <c>channel delete</c>.</summary>
internal static class ExportCommands
{
    /// <summary>Exit code 0 when the export is whole.</summary>
    public static Command CreateExport(Argument<Guid> id, CommandRunner run)
    {
        var file = new Option<string?>("--out") { Description = "The file to write, which must not exist; default: standard output." };
        var command = new Command("export", "Writes everything that is kept of a channel as JSON lines.") { id, file };
        command.SetAction((parsed, cancellationToken) => run(services => ToldAsync(async () =>
        {
            var export = services.GetRequiredService<ChannelExport>();
            var channel = parsed.GetRequiredValue(id);
            var found = parsed.GetValue(file) is { } path
                ? await ExportFile.WriteAsync(export, channel, path, cancellationToken)
                : await export.WriteAsync(channel, () => PipeWriter.Create(System.Console.OpenStandardOutput()), cancellationToken);
            return found ? 0 : await ChannelCommands.FailAsync(ChatError.NotFound);
        })));
        return command;
    }

    /// <summary>Exit code 0 when nothing is left of the channel.</summary>
    public static Command CreateDelete(Argument<Guid> id, CommandRunner run)
    {
        var file = new Option<string?>("--export-first")
        {
            Description = "A file, which must not exist, to write everything to before it is deleted. The channel stops answering first.",
        };
        var command = new Command("delete", "Deletes a channel with all that belongs to it.") { id, file };
        command.SetAction((parsed, cancellationToken) => run(services => ToldAsync(async () =>
        {
            var channel = parsed.GetRequiredValue(id);
            if (parsed.GetValue(file) is { } path && !await ExportStoppedAsync(services, channel, path, cancellationToken))
                return await ChannelCommands.FailAsync(ChatError.NotFound);
            return await services.GetRequiredService<DeleteChannel>().HandleAsync(channel, cancellationToken) ? 0 : await ChannelCommands.FailAsync(ChatError.NotFound);
        })));
        return command;
    }

    private static async Task<bool> ExportStoppedAsync(IServiceProvider services, Guid id, string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
            throw new IOException($"{path} exists already.");
        var stopped = await services.GetRequiredService<EditChannel>().HandleAsync(id, new JsonObject { ["active"] = false }, cancellationToken);
        return stopped.Succeeded(out _, out _) && await ExportFile.WriteAsync(services.GetRequiredService<ChannelExport>(), id, path, cancellationToken);
    }

    private static async Task<int> ToldAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await System.Console.Error.WriteLineAsync($"The file cannot be written: {fault.Message}");
            return 1;
        }
    }
}
