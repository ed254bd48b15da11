using System.Globalization;
using System.Text;
using SQLitePCL;

namespace Chat.Server.Storage.Statements;

/// <summary>The row that a compiled statement stands at, in the form that <see cref="ColumnTypes"/> has decided.</summary>
internal readonly struct SqliteRow(sqlite3_stmt statement) : IRow
{
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    // Of a text, the bytes are its UTF-8.
    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    public Guid Guid(int column) => System.Guid.Parse(raw.sqlite3_column_blob(statement, column), CultureInfo.InvariantCulture);

    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Int64(column));
}
