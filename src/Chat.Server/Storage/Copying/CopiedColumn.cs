using System.Data;

namespace Chat.Server.Storage.Copying;

/// <summary>What a column holds, whatever type an engine has for it (<see cref="ColumnTypes"/>).</summary>
internal enum ColumnKind
{
    /// <summary>A whole number, an amount or a flag.</summary>
    Number,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>An identifier.</summary>
    Id,

    /// <summary>A time to the millisecond, in UTC.</summary>
    Time,
}

/// <summary>A column of a copied table.</summary>
/// <param name="Name">Its name, on both engines.</param>
/// <param name="Kind">What it holds.</param>
internal sealed record CopiedColumn(string Name, ColumnKind Kind);

/// <summary>
/// Values on their way from one engine to another. Between the two they stand as SQLite keeps them: 64-bit numbers, texts and
/// bytes, with identifiers as lower-case text and times as milliseconds; so rows of both engines compare value by value.
/// </summary>
internal static class CopiedValue
{
    /// <summary>A value as it came from a column of either engine.</summary>
    public static object? Read(object value) => value switch
    {
        DBNull => null,
        long or string or byte[] => value,
        int number => (long)number,
        short number => (long)number,
        byte number => (long)number,
        bool flag => flag ? 1L : 0L,
        Guid id => id.ToString("D"),
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)).ToUnixTimeMilliseconds(),
        _ => throw new NotSupportedException($"No decision yet how {value.GetType()} is copied."),
    };

    /// <summary>The value as a parameter for a column of that engine. A null says its type as well: SQL Server takes no text for bytes.</summary>
    public static (object? Value, DbType Type) Write(object? value, ColumnKind kind, DatabaseEngine engine) => (kind, engine) switch
    {
        (ColumnKind.Id, DatabaseEngine.SqlServer) => (value is string id ? Guid.Parse(id) : null, DbType.Guid),
        (ColumnKind.Time, DatabaseEngine.SqlServer) => (value is long time ? DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime : null, DbType.DateTime2),
        (ColumnKind.Number or ColumnKind.Time, _) => (value, DbType.Int64),
        (ColumnKind.Bytes, _) => (value, DbType.Binary),
        _ => (value, DbType.String),
    };

    /// <summary>Whether two values are the same; texts unit by unit.</summary>
    public static bool Same(object? one, object? other) =>
        one is byte[] bytes && other is byte[] others ? bytes.AsSpan().SequenceEqual(others) : Equals(one, other);
}
