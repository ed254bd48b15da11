using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Quotas;
using Chat.Server.Storage.Copying;

namespace Chat.Server.Hosting.Copying;

/// <summary>Every table of the schema: those that a copy takes, and those that it leaves where they are. A test compares both with the migrations.</summary>
internal static class CopiedTables
{
    /// <summary>
    /// In an order in which no row refers to one of a later table. The accounts come last: until they are there, nothing is
    /// admitted, so a copy that was broken off cannot be served.
    /// </summary>
    public static IReadOnlyList<CopiedTable> InOrder { get; } =
    [
        ChannelTables.DataProtectionKeys,
        ChannelTables.Channels,
        QuotaTables.Grants,
        QuotaTables.Usage,
        QuotaTables.Feedback,
        QuotaTables.Refusals,
        QuotaTables.Alerts,
        ConversationTables.Threads,
        ConversationTables.Turns,
        QuotaTables.Accounts,
    ];

    /// <summary>What is not copied, and why.</summary>
    public static IReadOnlyDictionary<string, string> LeftOut { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["commit_marks"] = "They are looked up by the process that wrote them, within a day, and in its own store.",
        ["schema_migrations"] = "The target has migrations of its own, in its own dialect.",
    };
}
