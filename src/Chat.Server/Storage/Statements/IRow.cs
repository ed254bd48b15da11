namespace Chat.Server.Storage.Statements;

/// <summary>The row that a statement of the request path stands at. Columns are numbered from 0, as the statement names them.</summary>
public interface IRow
{
    /// <summary>Whether there is no value.</summary>
    bool IsNull(int column);

    /// <summary>A number.</summary>
    long Int64(int column);

    /// <summary>A number that fits 32 bits, as the column's own does.</summary>
    int Int32(int column) => checked((int)Int64(column));

    /// <summary>A text.</summary>
    string Text(int column);

    /// <summary>Bytes.</summary>
    byte[] Bytes(int column);

    /// <summary>An identifier.</summary>
    Guid Guid(int column);

    /// <summary>A time.</summary>
    DateTimeOffset Time(int column);
}

/// <summary>What can be read from a row.</summary>
public interface IRowOf<T>
    where T : IRowOf<T>
{
    /// <summary>Reads the row.</summary>
    static abstract T Read<TRow>(TRow row)
        where TRow : IRow;
}
