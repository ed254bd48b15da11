using Chat.Server.Hosting.Copying;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Copying;

/// <summary>
/// What a copy takes, against the migrations: a table or a column that is added later is found here. Both dialects have the
/// same schema (another test), so one is looked at.
/// </summary>
public sealed class CopiedTablesTests
{
    private static readonly string[] Scripts = [.. SqlTexts.Of(DatabaseEngine.SqlServer).Values];

    [Fact]
    public void Every_table_and_column_is_copied_or_left_out_with_a_reason()
    {
        Assert.Empty(CopiedTableFaults.Of(CopiedTables.InOrder, CopiedTables.LeftOut.Keys, TSqlSchema.Of(Scripts)));
        Assert.All(CopiedTables.LeftOut.Values, reason => Assert.EndsWith(".", reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CREATE TABLE dbo.tenants (tenant_id bigint NOT NULL CONSTRAINT pk_tenants PRIMARY KEY);", "tenants is neither copied nor left out.")]
    [InlineData("ALTER TABLE dbo.turns ADD language tinyint NULL;", "turns lacks language Number.")]
    [InlineData("ALTER TABLE dbo.channels ADD tenant_id uniqueidentifier NULL;", "channels lacks tenant_id Id.")]
    public void What_a_later_migration_adds_is_found(string script, string fault) =>
        Assert.Equal([fault], CopiedTableFaults.Of(CopiedTables.InOrder, CopiedTables.LeftOut.Keys, TSqlSchema.Of([.. Scripts, script])));

    [Fact]
    public void A_wrong_order_key_or_kind_is_found()
    {
        var schema = TSqlSchema.Of(Scripts);
        Assert.Contains("turns is copied before threads, which it refers to.", CopiedTableFaults.Of([.. CopiedTables.InOrder.Reverse()], CopiedTables.LeftOut.Keys, schema));
        Assert.Contains("usage is neither copied nor left out.", CopiedTableFaults.Of([.. CopiedTables.InOrder.Where(table => table.Name != "usage")], CopiedTables.LeftOut.Keys, schema));
        var wrong = new CopiedTable
        {
            Name = "data_protection_keys",
            IsNumbered = true,
            Sums = ["credits"],
            Columns = [new("created_at", ColumnKind.Time), new("key_id", ColumnKind.Number), new("friendly_name", ColumnKind.Bytes)],
        };
        string[] faults =
        [
            "data_protection_keys lacks friendly_name Text.", "data_protection_keys lacks xml Text.", "data_protection_keys has no friendly_name Bytes.",
            "data_protection_keys names credits, which it has not.", "The key of data_protection_keys is another.",
            "data_protection_keys does not begin with a number.", "data_protection_keys is wrong about who numbers its rows.",
        ];
        Assert.Equal(faults, CopiedTableFaults.Of([wrong], CopiedTables.InOrder.Select(table => table.Name).Skip(1).Concat(CopiedTables.LeftOut.Keys), schema));
    }
}
