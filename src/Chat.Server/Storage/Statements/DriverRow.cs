using System.Data.Common;
using System.Globalization;

namespace Chat.Server.Storage.Statements;

/// <summary>The row that a driver's reader stands at.</summary>
internal readonly struct DriverRow(DbDataReader reader) : IRow
{
    public bool IsNull(int column) => reader.IsDBNull(column);

    public long Int64(int column) => Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

    public string Text(int column) => reader.GetString(column);

    public byte[] Bytes(int column) => (byte[])reader.GetValue(column);

    public Guid Guid(int column) => ColumnTypes.ToGuid(reader.GetValue(column));

    public DateTimeOffset Time(int column) => ColumnTypes.ToTime(reader.GetValue(column));
}
