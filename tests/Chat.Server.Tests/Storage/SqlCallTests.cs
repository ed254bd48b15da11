using System.Data;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Microsoft.Data.SqlClient;
using Mono.Cecil;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// That code and statements fit together on SQL Server: each parameter is passed, under its name and with a type that its
/// column takes; each column comes back, with SQL Server's type, into a member that Dapper can fill.
/// </summary>
public sealed class SqlCallTests
{
    private static readonly TSqlSchema Schema = TSqlSchema.Of(SqlTexts.Of(DatabaseEngine.SqlServer).Values);

    private static readonly IReadOnlyList<SqlCall> Calls = Read();

    // Where code chooses between statements, by hand: all that it chooses from is run alike.
    private static readonly (string Chosen, Type Row, string[] From)[] Choices =
    [
        ("UsageStore/", typeof(UsageBucket), ["TimesByDay", "TimesByModel", "FirstTokensByDay", "FirstTokensByModel"]),
        ("UsageStore/", typeof(UnansweredCount), ["UnansweredByDay", "UnansweredByModel"]),
        ("UsageStore/", typeof(RatingCount), ["RatingsByDay", "RatingsByModel"]),
    ];

    // Read for those that look at the rows by other means, and by no member.
    private static readonly string[] UnreadColumns = ["channel_id of Quotas.Audit.SelectBooks"];

    public static TheoryData<string> Names => [.. SqlTexts.Fields.Keys];

    [Fact]
    public void Every_statement_is_called_and_every_call_is_of_one()
    {
        Assert.All(
            Calls.Where(call => call.Text is null),
            call => Assert.Contains(Choices, choice => call.Where.Contains(choice.Chosen, StringComparison.Ordinal) && call.Row == choice.Row));
        Assert.All(SqlTexts.Fields.Keys, name => Assert.NotEmpty(CallsOf(name)));
        Assert.True(Calls.Count(call => call.Arguments is { Count: > 0 }) > 35 && Calls.Count(call => call.Row is not null) > 20, "The calls are not seen.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_parameter_is_passed_with_a_type_that_its_column_takes(string name)
    {
        var text = SqlTexts.Fields[name].For(DatabaseEngine.SqlServer);
        var uses = TSqlParameterUses.Of(text, Schema);
        foreach (var call in CallsOf(name))
            Assert.Empty(FaultsOf(TSqlParameters.Of(text), uses, call.Arguments));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Each_column_comes_back_into_its_member(string name)
    {
        var columns = SqlRows.ColumnsOf(SqlTexts.Fields[name].For(DatabaseEngine.SqlServer), Schema, CallsOf(name)[0].Arguments);
        foreach (var row in CallsOf(name).Select(call => call.Row).OfType<Type>().Distinct())
            Assert.Empty((await SqlRows.UnfilledAsync(SqlTexts.Fields[name], columns, row)).Except(UnreadColumns.Where(column => column.EndsWith($" of {name}", StringComparison.Ordinal)).Select(column => column.Split(' ')[0])));
    }

    [Theory]
    [InlineData("SELECT name FROM dbo.channels WHERE channel_id = @id;", "id is not passed")]
    [InlineData("SELECT name FROM dbo.channels WHERE channel_id = @Number AND name = @number;", "number is not passed")]
    [InlineData("SELECT name FROM dbo.channels WHERE public_id = @Text;", "Text is a String for a uniqueidentifier")]
    [InlineData("SELECT name FROM dbo.channels WHERE key_hash = @Text;", "Text is a String for a binary")]
    [InlineData("UPDATE dbo.channels SET expires_at = @Number;", "Number is a Int64 for a datetime2")]
    [InlineData("UPDATE dbo.channels SET requests_per_day = requests_per_day + @Number;", "Number is a Int64 for a int")]
    [InlineData("UPDATE dbo.channels SET active = CASE WHEN active = @Flag THEN @Text ELSE @Flag END;", "Text is a String for a bit")]
    [InlineData("INSERT INTO dbo.data_protection_keys (friendly_name, xml, created_at) VALUES (@Text, @Text, @Text);", "Text is a String for a datetime2")]
    [InlineData("INSERT INTO dbo.refusals (channel_id, day_no, kind, code, model, count) SELECT channel_id, 1, 1, @Text, @Flag, 1 FROM dbo.channels;", "Flag is a Boolean for a nvarchar")]
    public void A_parameter_that_does_not_fit_is_seen(string text, string fault)
    {
        Dictionary<string, Type> passed = new() { ["Number"] = typeof(long), ["Text"] = typeof(string), ["Flag"] = typeof(bool) };
        Assert.Contains(FaultsOf(TSqlParameters.Of(text), TSqlParameterUses.Of(text, Schema), passed), found => found.Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SELECT grant_id, credits, note, created_at AS made_at FROM dbo.credit_grants;", "made_at")]
    [InlineData("SELECT grant_id, credits, note FROM dbo.credit_grants;", "CreatedAt")]
    [InlineData("SELECT grant_id, credits, note AS created_at FROM dbo.credit_grants;", "InvalidCastException")]
    public async Task A_row_that_does_not_fit_is_seen(string text, string unfilled) =>
        Assert.Contains(await SqlRows.UnfilledAsync(Sql.Portable(text), SqlRows.ColumnsOf(text, Schema, null), typeof(Grant)), found => found.Contains(unfilled, StringComparison.Ordinal));

    [Fact]
    public async Task A_value_goes_out_with_the_type_of_its_column_also_when_it_is_missing()
    {
        var wire = new SqlServerWire(new DataTable());
        await wire.Session.ExecuteAsync(Samples.Insert, Samples.Row with { MaybeId = Guid.CreateVersion7(Samples.FineTime) });
        await wire.Session.ExecuteAsync(Samples.Insert, Samples.Row);
        var sent = wire.Sent.Cast<SqlParameter>().ToDictionary(parameter => parameter.ParameterName, StringComparer.Ordinal);

        foreach (var (name, value) in new[] { ("At", (object)new DateTime(2026, 4, 5, 23, 59, 59, 987)), ("MaybeAt", DBNull.Value) })
            Assert.Equal((SqlDbType.DateTime2, (byte)3, value), (sent[name].SqlDbType, sent[name].Scale, sent[name].Value));
        Assert.Equal((SqlDbType.UniqueIdentifier, SqlDbType.UniqueIdentifier), (sent["Id"].SqlDbType, sent["MaybeId"].SqlDbType));
        Assert.Equal(DBNull.Value, sent["MaybeId"].Value);
        Assert.Equal((SqlDbType.NVarChar, 4_000), (sent["Body"].SqlDbType, sent["Body"].Size));
        Assert.Equal((SqlDbType.VarBinary, SqlDbType.BigInt), (sent["Hash"].SqlDbType, sent["Amount"].SqlDbType));
        Assert.Equal((SqlDbType.NVarChar, "[]"), (sent["Texts"].SqlDbType, sent["Texts"].Value));
    }

    [Fact]
    public async Task Bytes_that_are_missing_go_out_as_bytes_and_a_long_text_as_a_long_text()
    {
        var wire = new SqlServerWire(new DataTable());
        await wire.Session.ExecuteAsync(Samples.Count, new { bytes = (byte[]?)null, text = new string('x', 4_001), none = (string?)null, flag = true, kind = (int?)null });
        var sent = wire.Sent.Cast<SqlParameter>().ToDictionary(parameter => parameter.ParameterName, StringComparer.Ordinal);
        Assert.Empty(sent);

        var all = Sql.Portable("SELECT @bytes, @text, @none, @flag, @kind;");
        await wire.Session.ExecuteAsync(all, new { bytes = (byte[]?)null, text = new string('x', 4_001), none = (string?)null, flag = true, kind = (int?)null });
        sent = wire.Sent.Cast<SqlParameter>().ToDictionary(parameter => parameter.ParameterName, StringComparer.Ordinal);
        Assert.Equal((SqlDbType.VarBinary, SqlDbType.NVarChar, -1), (sent["bytes"].SqlDbType, sent["text"].SqlDbType, sent["text"].Size));
        Assert.Equal((SqlDbType.NVarChar, SqlDbType.Bit, SqlDbType.Int), (sent["none"].SqlDbType, sent["flag"].SqlDbType, sent["kind"].SqlDbType));
    }

    private static IReadOnlyList<SqlCall> Read()
    {
        ColumnTypes.Register();
        var assembly = typeof(Sql).Assembly;
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        return SqlCalls.Of(module, assembly);
    }

    private static List<SqlCall> CallsOf(string name) =>
    [
        .. Calls.Where(call => call.Text?.Replace('/', '+') == name),
        .. Choices.Where(choice => name.StartsWith($"Quotas.{choice.Chosen.TrimEnd('/')}.", StringComparison.Ordinal) && choice.From.Contains(name.Split('.')[^1]))
            .SelectMany(choice => Calls.Where(call => call.Text is null && call.Row == choice.Row)),
    ];

    private static IEnumerable<string> FaultsOf(
        IEnumerable<string> parameters, IReadOnlyCollection<(string Parameter, string Type)> uses, IReadOnlyDictionary<string, Type>? passed)
    {
        foreach (var missing in parameters.Select(parameter => parameter[1..]).Where(parameter => passed?.ContainsKey(parameter) != true))
            yield return $"{missing} is not passed.";
        foreach (var (parameter, type) in uses.Where(use => passed?.ContainsKey(use.Parameter) == true && !Takes(use.Type, passed[use.Parameter])))
            yield return $"{parameter} is a {passed![parameter].Name} for a {type}.";
    }

    private static bool Takes(string columnType, Type passed)
    {
        var type = Nullable.GetUnderlyingType(passed) ?? passed;
        return columnType switch
        {
            "bigint" => type == typeof(long) || type == typeof(int),
            "int" => type == typeof(int),
            "smallint" => type == typeof(short),
            "tinyint" => type == typeof(int) || type.IsEnum,
            "bit" => type == typeof(bool),
            "uniqueidentifier" => type == typeof(Guid),
            "datetime2" => type == typeof(DateTimeOffset),
            "binary" or "varbinary" => type == typeof(byte[]),
            "nvarchar" or "nvarchar(max)" or "varchar" => type == typeof(string) || type == typeof(IReadOnlyList<string>),
            _ => false,
        };
    }
}
