using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>What can be known of the T-SQL without a server: Microsoft's parser takes it, it keeps to the subset, and every name in it exists.</summary>
public sealed class TSqlTests
{
    private static readonly IReadOnlyDictionary<string, string> Texts = SqlTexts.Of(DatabaseEngine.SqlServer);

    private static readonly TSqlSchema Schema = TSqlSchema.Of(Texts.Values);

    public static TheoryData<string> Names => [.. Texts.Keys];

    [Fact]
    public void No_script_makes_a_thing_twice_or_drops_what_is_not_there() => Assert.Empty(Schema.Faults);

    [Fact]
    public void Every_store_is_looked_at()
    {
        Assert.True(SqlTexts.Fields.Count >= 40, $"Only {SqlTexts.Fields.Count} texts were found.");
        foreach (var store in new[] { "Storage.Migrator", "Channels.ChannelStore", "Quotas.QuotaStore", "Conversations.ConversationStore" })
            Assert.Contains(SqlTexts.Fields.Keys, name => name.StartsWith(store + ".", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_keeps_to_the_subset_and_its_names_exist(string name) => Assert.Empty(TSqlFaults.Of(Texts[name], SchemaOf(name)));

    // A migration is read against what there is once it has run: a later one may drop what it makes.
    private static TSqlSchema SchemaOf(string name) => SqlTexts.Fields.ContainsKey(name)
        ? Schema
        : TSqlSchema.Of(Texts.Where(text => SqlTexts.Fields.ContainsKey(text.Key) || string.CompareOrdinal(text.Key, name) <= 0).Select(text => text.Value));
}

/// <summary>All that is wrong with one text.</summary>
internal static class TSqlFaults
{
    public static IReadOnlyList<string> Of(string text, TSqlSchema schema)
    {
        var (script, errors) = TSqlScripts.Parse(text);
        if (script is null || errors.Count > 0)
            return errors;
        List<string> faults = [];
        var subset = new TSqlSubset(faults);
        script.Accept(subset);
        subset.End();
        script.Accept(new TSqlGrouping(faults));
        script.Accept(new TSqlNames(schema, faults));
        return faults;
    }
}
