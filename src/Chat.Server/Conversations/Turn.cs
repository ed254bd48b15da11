using System.Security.Cryptography;
using System.Text;
using Chat.Server.Storage.Statements;

namespace Chat.Server.Conversations;

/// <summary>What has become of a turn.</summary>
public enum TurnState
{
    /// <summary>The reply is being made; its credits are reserved until the lease ends.</summary>
    Pending = 0,

    /// <summary>The reply is stored and charged.</summary>
    Done = 1,

    /// <summary>There is no reply, and nothing was charged.</summary>
    Failed = 2,
}

/// <summary>A stored turn, as history and prompts read it: what the visitor said and what came back.</summary>
public sealed record Turn : IRowOf<Turn>
{
    /// <summary>The turn's id.</summary>
    public Guid MessageId { get; init; }

    /// <summary>What has become of it.</summary>
    public TurnState State { get; init; }

    /// <summary>Why it failed; empty unless it did.</summary>
    public string ErrorCode { get; init; } = "";

    /// <summary>What the visitor said.</summary>
    public string Message { get; init; } = "";

    /// <summary>The reply in Markdown; null while the turn is pending.</summary>
    public string? Reply { get; init; }

    /// <summary>When the message came.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the reply was stored.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <inheritdoc />
    public static Turn Read<TRow>(TRow row)
        where TRow : IRow => new()
        {
            MessageId = row.Guid(0),
            State = (TurnState)row.Int32(1),
            Message = row.Text(2),
            Reply = row.IsNull(3) ? null : row.Text(3),
            ErrorCode = row.IsNull(4) ? "" : row.Text(4),
            CreatedAt = row.Time(5),
            FinishedAt = row.IsNull(6) ? null : row.Time(6),
        };
}

/// <summary>A visitor's session: the caller's name for it, private to its channel.</summary>
/// <param name="ChannelId">The channel's number.</param>
/// <param name="SessionId">The caller's name, as it came.</param>
/// <param name="Hash">The SHA-256 of the caller's session id in UTF-8. Engines disagree about the equality of text, never of bytes.</param>
public sealed record SessionKey(long ChannelId, string SessionId, byte[] Hash)
{
    /// <summary>The key of a session id.</summary>
    public static SessionKey Of(long channelId, string sessionId) => new(channelId, sessionId, SHA256.HashData(Encoding.UTF8.GetBytes(sessionId)));
}
