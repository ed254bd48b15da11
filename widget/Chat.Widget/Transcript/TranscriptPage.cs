using System.Text;
using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Panel;
using Chat.Widget.Texts;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Transcript;

/// <summary>The conversation as a page to read and print, and as a file.</summary>
internal static class TranscriptPage
{
    public static Task ShowAsync(WidgetRequest request) => WithAsync(request, exchanges => request.PageAsync<TranscriptDocument>(new()
    {
        [nameof(TranscriptDocument.Visit)] = request.Visit,
        [nameof(TranscriptDocument.Exchanges)] = exchanges,
    }));

    public static Task SaveAsync(WidgetRequest request) => WithAsync(request, async exchanges =>
    {
        request.Begin();
        request.Context.Response.ContentType = "text/plain; charset=utf-8";
        var day = request.Service<TimeProvider>().GetUtcNow().ToString("yyyy-MM-dd", null);
        request.Context.Response.Headers.ContentDisposition = $"attachment; filename=\"chat-{day}.txt\"";
        await request.Context.Response.WriteAsync(TextOf(request.Visit.Settings, exchanges), request.Left);
    });

    private static async Task WithAsync(WidgetRequest request, Func<IReadOnlyList<Exchange>, Task> show)
    {
        IReadOnlyList<Exchange> exchanges;
        try
        {
            exchanges = request.Visit.SessionId is { } session
                ? Exchange.ListOf(await request.Visit.Backend.GetHistoryAsync(session, request.Left))
                : [];
        }
        catch (ChatApiException failure)
        {
            await request.PageAsync<TranscriptDocument>(
                new() { [nameof(TranscriptDocument.Visit)] = request.Visit, [nameof(TranscriptDocument.Failure)] = failure }, StatusCodes.Status503ServiceUnavailable);
            return;
        }

        await show(exchanges);
    }

    // Some editors take a file without a byte order mark for another encoding.
    private static string TextOf(WidgetSettings settings, IReadOnlyList<Exchange> exchanges)
    {
        var (text, texts) = (new StringBuilder("\ufeff"), settings.Texts);
        text.Append(settings.Title).Append("\r\n\r\n");
        if (exchanges.Count == 0)
            text.Append(texts.Empty).Append("\r\n");
        foreach (var exchange in exchanges)
        {
            Say(text, $"{texts.You}, {texts.DateAndTime(exchange.AskedAt, settings.TimeZone)}", exchange.Question);
            if (exchange.Answer is { } answer)
                Say(text, $"{texts.Assistant}, {texts.DateAndTime(exchange.AnsweredAt ?? exchange.AskedAt, settings.TimeZone)}", answer);
        }

        return text.ToString();
    }

    private static void Say(StringBuilder text, string who, string what) =>
        text.Append(who).Append("\r\n").Append(what.ReplaceLineEndings("\r\n")).Append("\r\n\r\n");
}
