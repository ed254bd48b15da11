using Chat.Client;
using Chat.Widget.Panel;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Transcript;

/// <summary>Keeps whether an answer helped.</summary>
internal static class RateAnswer
{
    public const string UpField = "up";
    public const string DownField = "down";
    public const string RatedKey = "rated";

    public static async Task HandleAsync(WidgetRequest request, IFormCollection form)
    {
        var (id, rating) = form[UpField].ToString() is { Length: > 0 } up ? (up, ChatRating.Up) : (form[DownField].ToString(), ChatRating.Down);
        try
        {
            if (await TurnForm.FindAsync(request, id) is { } exchange)
            {
                await request.Visit.Backend.RateAsync(exchange.MessageId, rating, request.Left);
                var log = request.Visit.UrlOf("log");
                await request.SeeOtherAsync($"{log}{(log.Contains('?') ? '&' : '?')}{RatedKey}={exchange.MessageId}");
                return;
            }
        }
        catch (ChatApiException)
        {
            // The buttons are still there.
        }

        await TurnForm.BackAsync(request);
    }
}
