using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Panel;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Transcript;

/// <summary>
/// What the buttons of the transcript do to one turn. The turn's name comes from the form, so it is looked up in the visitor's own
/// conversation first: the service knows only whether it is the channel's.
/// </summary>
internal static class TurnForm
{
    public const string IdField = "id";

    /// <summary>The exchange that a genuine form names, or null. The service's refusals come through.</summary>
    public static async Task<Exchange?> FindAsync(WidgetRequest request, string messageId)
    {
        if (messageId.Length == 0 || request.Visit.SessionId is not { } session || await request.Home.JudgeAsync(request.Context, request.Visit) != FormVerdict.Genuine)
            return null;
        var exchanges = Exchange.ListOf(await request.Visit.Backend.GetHistoryAsync(session, request.Left));
        return exchanges.FirstOrDefault(exchange => exchange.MessageId == messageId);
    }

    /// <summary>Back to the transcript, which shows what has become of it.</summary>
    public static Task BackAsync(WidgetRequest request) => request.SeeOtherAsync(request.Visit.UrlOf("log"));
}

/// <summary>Ends an answer where it is.</summary>
internal static class StopAnswer
{
    public static async Task HandleAsync(WidgetRequest request, IFormCollection form)
    {
        try
        {
            if (await TurnForm.FindAsync(request, form[TurnForm.IdField].ToString()) is { } exchange)
                await request.Visit.Backend.StopAsync(exchange.MessageId, request.Left);
        }
        catch (ChatApiException)
        {
            // The transcript shows the answer going on, or what is wrong.
        }

        await TurnForm.BackAsync(request);
    }
}

/// <summary>Asks a question again whose answer failed. However often the button is pressed, it is asked once.</summary>
internal static class RetryQuestion
{
    public static async Task HandleAsync(WidgetRequest request, IFormCollection form)
    {
        try
        {
            if (await TurnForm.FindAsync(request, form[TurnForm.IdField].ToString()) is { FailureCode: not null } failed)
                await AskAsync(request, failed);
            else
                await TurnForm.BackAsync(request);
        }
        catch (ChatApiException)
        {
            await TurnForm.BackAsync(request);
        }
    }

    private static async Task AskAsync(WidgetRequest request, Exchange failed)
    {
        var begun = request.With(request.Home.Begin(request.Context, request.Visit, failed.MessageId));
        var draft = new MessageDraft
        {
            Text = failed.Question,
            Code = "",
            FormKey = failed.MessageId,
            PageUrl = request.Visit.PageUrl,
            PageTitle = request.Visit.PageTitle,
        };
        if (await SendMessage.TakeAsync(begun, draft) is not { } refusal)
        {
            await TurnForm.BackAsync(begun);
            return;
        }

        await TranscriptStream.ShowAsync(begun, refusal);
    }
}
