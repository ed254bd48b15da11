using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>Databases of earlier versions of the product, with rows in every table that they had.</summary>
internal static class Versions
{
    /// <summary>How many rows <see cref="FillAsync"/> puts into a table: the first has a value in every column, the second null wherever it may.</summary>
    public const int RowsPerTable = 2;

    private static readonly Sql Record = Sql.Portable("INSERT INTO dbo.schema_migrations (name, applied_at) VALUES (@name, @now);");

    // Columns that a check wants in another relation than the row's number gives.
    private static readonly Dictionary<string, Func<int, int>> Checked = new(StringComparer.Ordinal)
    {
        ["credits"] = row => row,
        ["allocated"] = _ => 10,
        ["rating"] = row => row == 1 ? 1 : -1,
    };

    /// <summary>Applies the first migrations as the version that had no more did.</summary>
    public static Task ApplyAsync(Database database, int count) => database.WriteIdempotentAsync(
        async session =>
        {
            if (count > 0)
                await session.ExecuteAsync(Migrator.CreateTable);
            foreach (var migration in Migration.For(database.Engine).Take(count))
            {
                foreach (var batch in migration.Batches)
                    await session.ExecuteScriptAsync(batch);
                await session.ExecuteAsync(Record, new { name = migration.Name, now = DateTimeOffset.UnixEpoch });
            }

            return 0;
        },
        CancellationToken.None);

    /// <summary>The tables and columns that a version had: both engines have the same.</summary>
    public static TSqlSchema SchemaOf(int count) => TSqlSchema.Of(Migration.For(DatabaseEngine.SqlServer).Take(count).SelectMany(migration => migration.Batches));

    /// <summary>Puts rows into every table, those that others refer to first.</summary>
    public static Task FillAsync(Database database, TSqlSchema schema) => database.WriteIdempotentAsync(
        async session =>
        {
            foreach (var table in schema.Tables)
            {
                for (var row = 1; row <= RowsPerTable; row++)
                {
                    var columns = schema.Find(table)!.Where(column => !column.Counts && (row == 1 || !column.Nullable)).ToList();
                    var names = string.Join(", ", columns.Select(column => column.Name));
                    await session.ExecuteAsync(Sql.Of(
                        sqlite: $"INSERT INTO {table} ({names}) VALUES ({string.Join(", ", columns.Select(column => SqliteValue(column, row)))});",
                        sqlServer: $"INSERT INTO dbo.{table} ({names}) VALUES ({string.Join(", ", columns.Select(column => SqlServerValue(column, row)))});"));
                }
            }

            return 0;
        },
        CancellationToken.None);

    /// <summary>The rows of every table, in the columns that the schema names.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(Database database, TSqlSchema schema)
    {
        List<string> lines = [];
        foreach (var table in schema.Tables)
        {
            var names = schema.Find(table)!.Select(column => column.Name).ToList();
            var rows = await database.ReadAsync(session => session.ListAsync<dynamic>(Sql.Portable($"SELECT {string.Join(", ", names)} FROM dbo.{table};")), CancellationToken.None);
            lines.AddRange(rows.Cast<IDictionary<string, object?>>().Select(row => $"{table}: {string.Join('|', names.Select(name => Text(row[name])))}").Order(StringComparer.Ordinal));
        }

        return lines;
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        byte[] bytes => Convert.ToHexString(bytes),
        _ => $"{value}",
    };

    private static int Number(TSqlColumn column, int row) =>
        Checked.TryGetValue(column.Name, out var value) ? value(row) : column.Name.EndsWith("_id", StringComparison.Ordinal) ? row : row - 1;

    private static string SqliteValue(TSqlColumn column, int row) => column.Type switch
    {
        "bigint" or "int" or "smallint" or "tinyint" or "bit" or "datetime2" => $"{Number(column, row)}",
        "binary" or "varbinary" => $"x'{Bytes(row)}'",
        "uniqueidentifier" => $"'{Identifier(row)}'",
        _ => $"'Grüße 🌍 {row}  '",
    };

    private static string SqlServerValue(TSqlColumn column, int row) => column.Type switch
    {
        "bigint" or "int" or "smallint" or "tinyint" or "bit" => $"{Number(column, row)}",
        "datetime2" => $"'2026-04-05T12:00:0{row}.123'",
        "binary" or "varbinary" => $"0x{Bytes(row)}",
        "uniqueidentifier" => $"'{Identifier(row)}'",
        "varchar" => $"'text {row}'",
        _ => $"N'Grüße 🌍 {row}  '",
    };

    private static string Bytes(int row) => Convert.ToHexString(Enumerable.Repeat((byte)row, 32).ToArray());

    private static string Identifier(int row) => $"01900000-0000-7000-8000-{row:D12}";
}
