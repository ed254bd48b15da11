using System.IO.Pipelines;

namespace Chat.Server.Administration.Exporting;

/// <summary>An export as a file, which appears under its name when it is whole. Only its owner may read it: it holds what visitors said.</summary>
internal static class ExportFile
{
    /// <summary>Writes the export to a file that does not exist yet.</summary>
    /// <returns>Whether there is such a channel.</returns>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static async Task<bool> WriteAsync(ChannelExport export, Guid id, string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
            throw new IOException($"{path} exists already.");
        var unfinished = path + ".part";
        try
        {
            bool found;
            await using (var file = new FileStream(unfinished, OptionsOfANewFile()))
            {
                var output = PipeWriter.Create(file, new StreamPipeWriterOptions(leaveOpen: true));
                found = await export.WriteAsync(id, () => output, cancellationToken);
                await output.CompleteAsync();
                file.Flush(flushToDisk: true);
            }

            if (found)
                File.Move(unfinished, path);
            return found;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static FileStreamOptions OptionsOfANewFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
