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
        SqlMapper.AddTypeHandler(new GuidColumn());
        SqlMapper.AddTypeHandler(new TimeColumn());
        SqlMapper.AddTypeHandler(new TextListColumn());
    }

    private sealed class GuidColumn : SqlMapper.TypeHandler<Guid>
    {
        public override void SetValue(IDbDataParameter parameter, Guid value) =>
            parameter.Value = parameter is SqliteParameter ? value.ToString("D") : value;

        public override Guid Parse(object value) =>
            value is Guid guid ? guid : Guid.Parse((string)value, CultureInfo.InvariantCulture);
    }

    private sealed class TimeColumn : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            var milliseconds = value.ToUnixTimeMilliseconds();
            if (parameter is SqliteParameter)
            {
                parameter.Value = milliseconds;
                return;
            }

            parameter.DbType = DbType.DateTime2;
            parameter.Value = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime;
        }

        public override DateTimeOffset Parse(object value) => value is long milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : new DateTimeOffset(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));
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
