using Microsoft.Data.Sqlite;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>Looks into a test's database from outside, where a promise is about what is stored and not about what is served.</summary>
internal static class Rows
{
    public static long Count(ChatApp app, string tableAndCondition) => Scalar(app, $"SELECT COUNT(*) FROM {tableAndCondition};");

    public static long Scalar(ChatApp app, string sql) => Convert.ToInt64(Value(app, sql));

    public static string Text(ChatApp app, string sql) => (string)Value(app, sql)!;

    public static void Execute(ChatApp app, string sql) => Scalar(app, sql + " SELECT 0;");

    private static object? Value(ChatApp app, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={app.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public static HashSet<string> Texts(ChatApp app, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={app.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        HashSet<string> texts = new(StringComparer.Ordinal);
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }
}
