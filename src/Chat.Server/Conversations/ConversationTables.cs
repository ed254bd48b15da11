using Chat.Server.Storage.Copying;
using static Chat.Server.Storage.Copying.ColumnKind;

namespace Chat.Server.Conversations;

/// <summary>The tables of this folder as a copy of the store takes them. What has expired goes along: the next sweep deletes it there as it would here.</summary>
internal static class ConversationTables
{
    /// <summary>Sessions.</summary>
    public static readonly CopiedTable Threads = new()
    {
        Name = "threads",
        Birthmarks = ["channel_id", "created_at"],
        Columns =
        [
            new("thread_id", Number), new("channel_id", Number), new("session_hash", Bytes), new("created_at", Time), new("expires_at", Time),
            new("minute_no", Number), new("minute_count", Number), new("session_id", Text),
        ],
    };

    /// <summary>Turns: messages, replies, idempotency keys. A pending one keeps its lease, and what it holds returns when that ends.</summary>
    public static readonly CopiedTable Turns = new()
    {
        Name = "turns",
        Birthmarks = ["message_id", "channel_id"],
        Sums = ["reserved", "charged"],
        Columns =
        [
            new("turn_id", Number), new("message_id", Id), new("channel_id", Number), new("thread_id", Number), new("state", Number),
            new("model", Text), new("message", Text), new("reply", Text), new("error_code", Text), new("prompt_tokens", Number),
            new("completion_tokens", Number), new("reserved", Number), new("charged", Number), new("day_no", Number),
            new("idempotency_key", Text), new("request_hash", Bytes), new("created_at", Time), new("lease_until", Time), new("finished_at", Time),
            new("stop_requested", Number),
        ],
    };
}
