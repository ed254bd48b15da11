using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Transcript;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Panel;

/// <summary>
/// Takes what the visitor has written to the service and sends the browser back to the panel. The reply is not waited for: the transcript joins it. The
/// key that the form carries makes every repetition of the same post the same message.
/// </summary>
internal static class SendMessage
{
    public const string TextField = "message";
    public const string KeyField = "key";

    // How long a stopped reply may take to be stored, so that the next prompt has it.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    public static async Task HandleAsync(WidgetRequest request, IFormCollection form)
    {
        var draft = DraftOf(request.Visit, form);
        if (await request.Home.JudgeAsync(request.Context, request.Visit) is not FormVerdict.Genuine and var verdict)
        {
            // A forged post must leave nothing behind: the answer alone shows the text.
            await ShowAsync(request, draft with { Code = MessageProblem.CodeOf(verdict) });
            return;
        }

        if (MessageProblem.Of(draft.Text) is { } problem)
        {
            await RefuseAsync(request, draft with { Code = problem });
            return;
        }

        var begun = request.With(request.Home.Begin(request.Context, request.Visit, draft.FormKey));
        if (await TakeAsync(begun, draft, isFirst: request.Visit.SessionId is null) is { } refusal)
        {
            await RefuseAsync(begun, refusal);
            return;
        }

        begun.Home.Keep(begun.Context, begun.Visit, null);
        await begun.SeeOtherAsync(PanelPage.ComposerOf(begun.Visit));
    }

    /// <summary>Has a message taken; null, or the draft with the reason why it was not.</summary>
    public static async Task<MessageDraft?> TakeAsync(WidgetRequest request, MessageDraft draft, bool isFirst = false)
    {
        var (visit, time) = (request.Visit, request.Service<TimeProvider>());
        try
        {
            if (!isFirst)
                await StopOthersAsync(request, draft.Text.Trim());
            var message = new ChatMessageRequest(draft.Text.Trim(), visit.SessionId!)
            {
                IdempotencyKey = KeyOf(visit.SessionId!, draft),
                Page = draft.PageUrl is null && draft.PageTitle is null ? null : new PageMetadata { Url = draft.PageUrl, Title = draft.PageTitle },
            };
            // Not the request's own token: whoever clicks twice hangs up on the first post, which is to be taken all the same.
            await visit.Backend.SendAsync(message, CancellationToken.None);
            return null;
        }
        catch (ChatApiException taken) when (taken.Code == ChatErrorCodes.RequestInProgress)
        {
            return null;
        }
        catch (ChatApiException failure)
        {
            return draft with { Code = failure.Code, TryAgainAt = time.GetUtcNow() + failure.RetryAfter };
        }
    }

    /// <summary>
    /// The text as it would be kept. One that comes again as it was refused keeps the key and the page that it went out with: it may have
    /// been taken although the answer was lost.
    /// </summary>
    public static MessageDraft DraftOf(WidgetVisit visit, IFormCollection form)
    {
        // The composer's field and a suggested question's button have the same name.
        var text = MessageProblem.Written(form[TextField].LastOrDefault(value => !string.IsNullOrEmpty(value)) ?? "");
        var formKey = form[KeyField].ToString();
        return visit.Draft is { } before && before.Text == text && before.FormKey == formKey
            ? before
            : new MessageDraft { Text = text, Code = MessageProblem.None, FormKey = formKey, PageUrl = visit.PageUrl, PageTitle = visit.PageTitle };
    }

    /// <summary>A new question ends the answers that are still being made; what they have said stays. Not the answer to this very question.</summary>
    private static async Task StopOthersAsync(WidgetRequest request, string text)
    {
        var exchanges = Exchange.ListOf(await request.Visit.Backend.GetHistoryAsync(request.Visit.SessionId!, request.Left));
        foreach (var pending in exchanges.Where(exchange => exchange.IsPending && exchange.Question != text))
        {
            await request.Visit.Backend.StopAsync(pending.MessageId, request.Left);
            await SettleAsync(request, pending.MessageId);
        }
    }

    private static async Task SettleAsync(WidgetRequest request, string messageId)
    {
        using var patience = new CancellationTokenSource(StopPatience, request.Service<TimeProvider>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.Left, patience.Token);
        try
        {
            await foreach (var _ in request.Visit.Backend.JoinAsync(messageId, either.Token))
            {
                // Only its end matters.
            }
        }
        catch (Exception ended) when (ended is ChatApiException or OperationCanceledException)
        {
            // Failed, or too slow: the new question goes out all the same.
        }
    }

    private static Task RefuseAsync(WidgetRequest request, MessageDraft draft) => request.Home.Keep(request.Context, request.Visit, draft)
        ? request.SeeOtherAsync(PanelPage.ComposerOf(request.Visit))
        : ShowAsync(request, draft);

    private static Task ShowAsync(WidgetRequest request, MessageDraft draft) =>
        PanelPage.ShowAsync(request.With(request.Visit with { Draft = draft }), MessageProblem.StatusOf(draft));

    // Everything that the service compares goes into the key, so that a text that was changed is another message and never a conflict.
    private static string KeyOf(string session, MessageDraft draft) => "w-" + Base64Url.EncodeToString(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', session, draft.FormKey, draft.PageUrl, draft.PageTitle, draft.Text.Trim()))));
}
