using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Storage;

/// <summary>
/// A parameter that is named as the statement has it. Dapper leaves the prefix out, and the driver then asks SQLite for the bare name
/// and for each prefix that there is, every time.
/// </summary>
internal sealed class PrefixedParameter : SqliteParameter
{
    // The names are those of the product's own types: few.
    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);

    /// <inheritdoc />
    [AllowNull]
    public override string ParameterName
    {
        get => base.ParameterName;
        set => base.ParameterName = string.IsNullOrEmpty(value) || value[0] == '@' ? value : Names.GetOrAdd(value, static name => $"@{name}");
    }
}
