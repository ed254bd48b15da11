using System.ComponentModel.DataAnnotations;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using FluentValidation;

namespace Chat.Server.Conversations;

/// <summary>The body of <c>POST /chat/{message_id}/feedback</c>.</summary>
public sealed record FeedbackRequest
{
    internal const int CommentLength = 1_000;

    /// <summary>1: the reply helped. -1: it did not. Nothing between.</summary>
    [Required, Range(-1, 1)]
    public int? Rating { get; init; }

    /// <summary>A word to the website's owner: at most 1,000 characters.</summary>
    [MaxLength(CommentLength)]
    public string? Comment { get; init; }
}

/// <summary>The rules of <see cref="FeedbackRequest"/>.</summary>
internal sealed class FeedbackValidator : AbstractValidator<FeedbackRequest>
{
    public FeedbackValidator()
    {
        RuleFor(request => request.Rating).Must(rating => rating is 1 or -1).WithMessage("Must be 1 or -1.");
        RuleFor(request => request.Comment).Text(FeedbackRequest.CommentLength);
    }
}

/// <summary>Keeps what a visitor thought of a reply, for the owner.</summary>
public sealed class RateTurn(TurnStore store, FeedbackStore feedback, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Takes a valid rating in the place of any before it. Null, or why the turn cannot be rated.</summary>
    public async Task<ChatError?> HandleAsync(Channel channel, Guid messageId, FeedbackRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var turn = await store.FindAsync(channel.ChannelId, messageId, now, cancellationToken);
        switch (turn?.State)
        {
            case null:
                return ChatError.NotFound;
            case TurnState.Pending:
                return ChatError.RequestInProgress(LookAgain);
            case TurnState.Failed:
                return ChatError.InvalidRequest("rating", "This turn has no reply to rate.");
        }

        var comment = string.IsNullOrWhiteSpace(request.Comment) ? null : request.Comment.Trim();
        await feedback.RateAsync(new Feedback(messageId, channel.ChannelId, (short)request.Rating!.Value, comment, now), cancellationToken);
        return null;
    }
}
