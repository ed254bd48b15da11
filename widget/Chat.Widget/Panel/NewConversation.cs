using Chat.Client;
using Chat.Widget.Home;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Panel;

/// <summary>Forgets the conversation, on the service first: the browser gives its name up only once that is certain.</summary>
internal static class NewConversation
{
    public static async Task HandleAsync(WidgetRequest request, IFormCollection form)
    {
        var visit = request.Visit;
        if (await request.Home.JudgeAsync(request.Context, visit) is not FormVerdict.Genuine and var verdict)
        {
            var refused = Draft(form, MessageProblem.CodeOf(verdict));
            await PanelPage.ShowAsync(request.With(visit with { Draft = refused }), MessageProblem.StatusOf(refused));
            return;
        }

        try
        {
            if (visit.SessionId is { } session)
                await visit.Backend.ForgetAsync(session, request.Left);
        }
        catch (ChatApiException failure)
        {
            await PanelPage.ShowAsync(request.With(visit with { Draft = Draft(form, failure.Code) }), StatusCodes.Status503ServiceUnavailable);
            return;
        }

        var ended = request.Home.End(request.Context, visit);
        request.Home.Keep(request.Context, ended, null);
        await request.SeeOtherAsync(PanelPage.ComposerOf(ended));
    }

    private static MessageDraft Draft(IFormCollection form, string code) => new()
    {
        Text = MessageProblem.Written(form[SendMessage.TextField].ToString()),
        Code = code,
        FormKey = form[SendMessage.KeyField].ToString(),
    };
}
