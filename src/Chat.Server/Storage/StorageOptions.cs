using System.Net;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Options;

namespace Chat.Server.Storage;

/// <summary>How far a commit of the embedded database reaches before a caller is answered.</summary>
public enum Durability
{
    /// <summary>An answered reply survives the process being killed; a power cut may take the last moments.</summary>
    Normal,

    /// <summary>An answered reply survives a power cut: every commit waits for the disk.</summary>
    Full,
}

/// <summary>Where the data lives: section <c>Storage</c>, and the connection string <c>SqlServer</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>The embedded database's file, relative to the content root. Default <c>data/chat.db</c>. Unused with SQL Server.</summary>
    public string Path { get; set; } = "data/chat.db";

    /// <summary>How far a commit of the embedded database reaches. Default <see cref="Durability.Normal"/>.</summary>
    public Durability Durability { get; set; } = Durability.Normal;

    /// <summary>How long a writer waits for another process's write lock on the embedded database, to about a second. Default 5 seconds.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a start applies the migrations that are missing. Default true. Where false, a service that finds some missing answers
    /// 503 until somebody has applied them: its login then needs no right to change the schema.
    /// </summary>
    public bool MigrateOnStart { get; set; } = true;

    /// <summary>How long work on SQL Server is run again after transient faults before the caller gets 503. Default 5 seconds.</summary>
    public TimeSpan RetryBudget { get; set; } = Retries.DefaultBudget;

    /// <summary>The SQL Server connection string (<c>ConnectionStrings:SqlServer</c>); null or empty: SQLite.</summary>
    public string? SqlServer { get; set; }
}

/// <summary>Says all that is wrong with the storage settings, at start.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(options.Path))
            faults.Add("Storage:Path must name a file.");
        if (options.BusyTimeout < TimeSpan.FromMilliseconds(1) || options.BusyTimeout > TimeSpan.FromMinutes(1))
            faults.Add("Storage:BusyTimeout must be between 1 millisecond and 1 minute.");
        if (options.RetryBudget < TimeSpan.FromMilliseconds(100) || options.RetryBudget > TimeSpan.FromMinutes(1))
            faults.Add("Storage:RetryBudget must be between 100 milliseconds and 1 minute.");
        if (!Enum.IsDefined(options.Durability))
            faults.Add("Storage:Durability must be Normal or Full.");
        if (!string.IsNullOrWhiteSpace(options.SqlServer) && SqlServerFault(options.SqlServer) is { } fault)
            faults.Add(fault);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    // The message names no part of the connection string: it holds a password.
    private static string? SqlServerFault(string connectionString)
    {
        try
        {
            var parsed = new SqlConnectionStringBuilder(connectionString);
            var encrypted = !string.Equals(parsed["Encrypt"].ToString(), bool.FalseString, StringComparison.OrdinalIgnoreCase)
                && !string.Equals(parsed["Encrypt"].ToString(), "Optional", StringComparison.OrdinalIgnoreCase);
            return encrypted || (IsLoopback(parsed.DataSource) && (parsed.FailoverPartner is "" || IsLoopback(parsed.FailoverPartner)))
                ? null
                : "ConnectionStrings:SqlServer must say Encrypt=true: the server is not on this machine.";
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or KeyNotFoundException)
        {
            return "ConnectionStrings:SqlServer is not a connection string that the SQL Server client understands.";
        }
    }

    // A name that only begins like a loopback address ("127.0.0.1.example.org") is any machine's.
    private static bool IsLoopback(string dataSource)
    {
        var server = dataSource.Trim();
        var host = (server.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? server[4..] : server).Split(',', '\\')[0].Trim();
        return host.ToLowerInvariant() is "." or "localhost" or "(local)" or "(localdb)"
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
