using System.Data;
using System.Data.Common;

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

    /// <summary>
    /// Gives a parameter the value, for a column of that kind. A null says its type as well, as SQL Server takes no text for
    /// bytes; and a value says no length of its own, which would be another statement to it, and another plan.
    /// </summary>
    public static void Bind(DbParameter parameter, object? value, ColumnKind kind, DatabaseEngine engine)
    {
        parameter.DbType = kind switch
        {
            ColumnKind.Id when engine == DatabaseEngine.SqlServer => DbType.Guid,
            ColumnKind.Time when engine == DatabaseEngine.SqlServer => DbType.DateTime2,
            ColumnKind.Number or ColumnKind.Time => DbType.Int64,
            ColumnKind.Bytes => DbType.Binary,
            _ => DbType.String,
        };
        parameter.Value = (parameter.DbType, value) switch
        {
            (_, null) => DBNull.Value,
            (DbType.Guid, string id) => Guid.Parse(id),
            (DbType.DateTime2, long time) => DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime,
            _ => value,
        };
        if (engine == DatabaseEngine.SqlServer)
            SetLength(parameter);
    }

    /// <summary>Whether two values are the same; texts unit by unit.</summary>
    public static bool Same(object? one, object? other) =>
        one is byte[] bytes && other is byte[] others ? bytes.AsSpan().SequenceEqual(others) : Equals(one, other);

    private static void SetLength(DbParameter parameter)
    {
        const int LongestText = 4_000, LongestBytes = 8_000, Unlimited = -1;
        if (parameter.DbType == DbType.DateTime2)
            parameter.Scale = 3;
        else if (parameter.DbType == DbType.String)
            parameter.Size = parameter.Value is string { Length: > LongestText } ? Unlimited : LongestText;
        else if (parameter.DbType == DbType.Binary)
            parameter.Size = parameter.Value is byte[] { Length: > LongestBytes } ? Unlimited : LongestBytes;
    }
}
