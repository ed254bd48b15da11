using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Storage;

namespace Chat.Server.Conversations;

/// <summary>What has become of a turn.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "status")]
[JsonDerivedType(typeof(PendingTurn), "pending")]
[JsonDerivedType(typeof(DoneTurn), "done")]
[JsonDerivedType(typeof(FailedTurn), "failed")]
public abstract record TurnResponse;

/// <summary>The reply is being made.</summary>
public sealed record PendingTurn : TurnResponse;

/// <summary>The turn was answered: the answer to its message.</summary>
public sealed record DoneTurn : TurnResponse
{
    /// <summary>The model's Markdown, untouched; empty where it was stopped before anything was said.</summary>
    public required string Reply { get; init; }

    /// <summary>The reply rendered and made safe: it can be put into a page as it is.</summary>
    public required string ReplyHtml { get; init; }

    /// <summary>The session, as the caller named it.</summary>
    public required string SessionId { get; init; }

    /// <summary>The id of this turn.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>What the turn used.</summary>
    public required TurnUsage Usage { get; init; }
}

/// <summary>There is no reply, and nothing was charged.</summary>
public sealed record FailedTurn : TurnResponse
{
    /// <summary>The sentence of the failure; fixed.</summary>
    public required string Error { get; init; }

    /// <summary>The name of the failure for programs; stable.</summary>
    public required string Code { get; init; }
}

/// <summary>Reads one turn, at once or as it goes on.</summary>
public sealed partial class ReadTurn(TurnStore store, RunningTurns running, TimeProvider time, ILogger<ReadTurn> logger)
{
    // Only for a turn that another instance makes: there is nothing to read of it but that it has ended.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>What has become of the turn.</summary>
    public async Task<Result<TurnResponse>> HandleAsync(Channel channel, Guid messageId, CancellationToken cancellationToken)
    {
        if (await FindAsync(channel, messageId, cancellationToken) is not { } turn)
            return ChatError.NotFound;
        if (turn.State == TurnState.Pending)
            return new PendingTurn();
        return turn.Ending.Succeeded(out var reply, out var error)
            ? new DoneTurn
            {
                Reply = reply.Markdown,
                ReplyHtml = reply.Html,
                SessionId = turn.SessionId,
                MessageId = turn.MessageId,
                Usage = TurnUsage.Of(reply),
            }
            : new FailedTurn { Error = error.Message, Code = error.Code };
    }

    /// <summary>
    /// The turn as its readers read it, from its beginning. One that another instance makes is waited for, and then there
    /// whole; the waiting ends with <paramref name="cancellationToken"/>.
    /// </summary>
    public async Task<Result<RunningTurn>> JoinAsync(Channel channel, Guid messageId, CancellationToken cancellationToken)
    {
        // Looked for before the store is asked: a turn that ends in between is pending there and gone here, and would be waited for elsewhere.
        var before = running.Find(messageId);
        if (await FindAsync(channel, messageId, cancellationToken) is not { } turn)
            return ChatError.NotFound;
        if (turn.State != TurnState.Pending)
            return RunningTurn.Ended(turn.MessageId, turn.SessionId, turn.Ending);
        if ((before ?? running.Find(messageId)) is { } here)
            return here;
        var elsewhere = new RunningTurn(turn.MessageId, turn.SessionId);
        _ = FollowAsync(channel, elsewhere, cancellationToken);
        return elsewhere;
    }

    private async Task FollowAsync(Channel channel, RunningTurn elsewhere, CancellationToken cancellationToken)
    {
        try
        {
            Result<TurnReply>? ending = null;
            while (ending is null)
            {
                await Task.Delay(LookInterval, time, cancellationToken);
                ending = await EndingAsync(channel, elsewhere.MessageId, cancellationToken);
            }

            elsewhere.EndWith(ending.Value);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Its only reader has left.
        }
        catch (Exception fault)
        {
            Log.FollowFailed(logger, elsewhere.MessageId, fault);
            elsewhere.End(ChatError.InternalError);
        }
    }

    // Null: not yet, or the store is out of reach and may come back.
    private async Task<Result<TurnReply>?> EndingAsync(Channel channel, Guid messageId, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindAsync(channel, messageId, cancellationToken) is not { } turn)
                return ChatError.NotFound;
            return turn.State == TurnState.Pending ? (Result<TurnReply>?)null : turn.Ending;
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    private Task<StoredTurn?> FindAsync(Channel channel, Guid messageId, CancellationToken cancellationToken) =>
        store.FindAsync(channel.ChannelId, messageId, time.GetUtcNow(), cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Turn {MessageId}, made by another instance, could not be followed.")]
        public static partial void FollowFailed(ILogger logger, Guid messageId, Exception fault);
    }
}
