namespace Chat.Server.Storage;

/// <summary>Keeps a secret of Development in a file beside the database that only its owner can read.</summary>
internal static class OwnerOnlyFile
{
    /// <summary>What the file holds, or null.</summary>
    public static string? Read(string path) => File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept ? kept : null;

    /// <summary>Writes the file anew; its folder is made where it is missing.</summary>
    public static void Write(string path, string secret)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A file that is there keeps its mode, whatever it is.
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(secret);
    }
}
