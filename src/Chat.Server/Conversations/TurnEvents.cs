using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Server.Rendering;

namespace Chat.Server.Conversations;

/// <summary>The event `start`: the message was taken.</summary>
public sealed record TurnStarted
{
    /// <summary>The id of this turn.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The session, as the caller named it.</summary>
    public required string SessionId { get; init; }
}

/// <summary>The event `delta`: the reply goes on.</summary>
public sealed record TurnDelta
{
    /// <summary>The next piece of the Markdown.</summary>
    public required string Text { get; init; }
}

/// <summary>The event `html`: one of the two.</summary>
public sealed record TurnHtml
{
    /// <summary>A piece of HTML that will not change: all of them, one after the other, are the reply's HTML.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Block { get; init; }

    /// <summary>What has been said since the last block, as HTML: it takes the place of the last draft, and the next block takes its.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Draft { get; init; }

    /// <summary>
    /// With a draft: what kind of element may hold it, after what the blocks so far have left open. `block`: nothing is open, the draft is
    /// blocks. `preformatted`: text. `table_body`: rows. `list`: blocks within the list.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(DraftContextNames))]
    public DraftContext? Context { get; init; }
}

/// <summary>The places of a draft as they are called on the wire.</summary>
internal sealed class DraftContextNames() : JsonStringEnumConverter<DraftContext>(JsonNamingPolicy.SnakeCaseLower);
