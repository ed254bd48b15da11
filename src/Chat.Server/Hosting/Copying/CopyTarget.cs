using Chat.Server.Storage;

namespace Chat.Server.Hosting.Copying;

/// <summary>Where a copy goes, as the operator wrote it: a connection string of SQL Server, or <c>sqlite:</c> and a path.</summary>
internal static class CopyTarget
{
    private const string SqlitePrefix = "sqlite:";

    /// <summary>The settings of the target, under the same rules as the service's own.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="own">The source's settings, for what is common to both.</param>
    /// <param name="faults">All that is wrong, in sentences without any part of the text: it holds a password.</param>
    public static StorageOptions? Parse(string text, StorageOptions own, out IEnumerable<string> faults)
    {
        var options = text.StartsWith(SqlitePrefix, StringComparison.OrdinalIgnoreCase)
            ? new StorageOptions { Path = AbsolutePath(text[SqlitePrefix.Length..].Trim()), Durability = own.Durability, BusyTimeout = own.BusyTimeout }
            : new StorageOptions { SqlServer = text };
        faults = string.IsNullOrWhiteSpace(text)
            ? ["The target is empty."]
            : (new StorageOptionsValidator().Validate(null, options).Failures ?? [])
                .Select(fault => fault.Replace("ConnectionStrings:SqlServer", "The target", StringComparison.Ordinal)
                    .Replace("Storage:Path", "The target", StringComparison.Ordinal));
        return faults.Any() ? null : options;
    }

    private static string AbsolutePath(string path) => path.Length == 0 ? "" : Path.GetFullPath(path);
}
