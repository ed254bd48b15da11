using System.Data;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Chat.Server.Storage;

/// <summary>
/// How identifiers and times stand in columns, decided once for both engines: SQL Server has types for them, SQLite keeps
/// identifiers as lower-case text and times as whole milliseconds since 1970, which compare and sort as numbers. A list of
/// texts is a JSON array on both.
/// </summary>
internal static partial class ColumnTypes
{
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(Guid?));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(typeof(Guid), new GuidColumn());
        SqlMapper.AddTypeHandler(typeof(DateTimeOffset), new TimeColumn());
        SqlMapper.AddTypeHandler(new TextListColumn());
    }

    /// <summary>An identifier as either engine's driver gives it.</summary>
    public static Guid ToGuid(object value) => value is Guid guid ? guid : Guid.Parse((string)value, CultureInfo.InvariantCulture);

    /// <summary>A time as either engine's driver gives it.</summary>
    public static DateTimeOffset ToTime(object value) => value is long milliseconds
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        : new DateTimeOffset(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

    // A null that does not say its type goes out as text, which is another signature of the statement, and so another plan.
    private sealed class GuidColumn : SqlMapper.ITypeHandler
    {
        public void SetValue(IDbDataParameter parameter, object value)
        {
            if (parameter is SqliteParameter)
            {
                parameter.Value = value is Guid guid ? guid.ToString("D") : value;
                return;
            }

            parameter.DbType = DbType.Guid;
            parameter.Value = value;
        }

        public object Parse(Type destinationType, object value) => ToGuid(value);
    }

    private sealed class TimeColumn : SqlMapper.ITypeHandler
    {
        // As the columns are, datetime2(3): a parameter of another scale is converted row by row.
        private const byte Scale = 3;

        public void SetValue(IDbDataParameter parameter, object value)
        {
            var milliseconds = (value as DateTimeOffset?)?.ToUnixTimeMilliseconds();
            if (parameter is SqliteParameter)
            {
                parameter.Value = milliseconds is { } whole ? whole : value;
                return;
            }

            parameter.DbType = DbType.DateTime2;
            parameter.Scale = Scale;
            parameter.Value = milliseconds is { } exact ? DateTimeOffset.FromUnixTimeMilliseconds(exact).UtcDateTime : value;
        }

        public object Parse(Type destinationType, object value) => ToTime(value);
    }

    private sealed class TextListColumn : SqlMapper.TypeHandler<IReadOnlyList<string>>
    {
        public override void SetValue(IDbDataParameter parameter, IReadOnlyList<string>? value) =>
            parameter.Value = JsonSerializer.Serialize(value ?? [], TextListJson.Default.IReadOnlyListString);

        public override IReadOnlyList<string> Parse(object value) =>
            JsonSerializer.Deserialize((string)value, TextListJson.Default.IReadOnlyListString) ?? [];
    }

    [JsonSerializable(typeof(IReadOnlyList<string>))]
    private sealed partial class TextListJson : JsonSerializerContext;
}
