using Chat.Widget.Home;
using Chat.Widget.Panel;
using Chat.Widget.Theme;
using Chat.Widget.Transcript;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Chat.Widget;

/// <summary>The widget's pages, the same in every home. Requests find their visit first; posts read their form within its limits.</summary>
internal static class WidgetRoutes
{
    // Twice what the field takes in the widest encoding, and the hidden fields.
    private const int LongestForm = 256 * 1024;

    /// <summary>Marks the posts that have a message answered, for a home that limits them.</summary>
    public sealed class TakesMessage;

    /// <summary>Maps the pages below a group.</summary>
    public static void MapWidget(this RouteGroupBuilder group, IWidgetHome home)
    {
        // Pages for browsers are no part of an API's description, and the visitor's own policies hold in full.
        group.ExcludeFromDescription();
        group.MapGet("", Page(home, PanelPage.ShowAsync));
        group.MapGet("/panel", Page(home, PanelPage.ShowAsync));
        group.MapPost("/send", Post(home, SendMessage.HandleAsync)).WithMetadata(new TakesMessage());
        group.MapPost("/new", Post(home, NewConversation.HandleAsync));
        group.MapGet("/log", Page(home, TranscriptStream.ShowAsync));
        group.MapPost("/stop", Post(home, StopAnswer.HandleAsync));
        group.MapPost("/retry", Post(home, RetryQuestion.HandleAsync)).WithMetadata(new TakesMessage());
        group.MapPost("/rate", Post(home, RateAnswer.HandleAsync));
        group.MapGet("/transcript", Page(home, TranscriptPage.ShowAsync));
        group.MapGet("/transcript.txt", Page(home, TranscriptPage.SaveAsync));
        // A post's address in the browser's bar, opened again after a restart: the panel is what was meant.
        group.MapGet("/send", Page(home, PanelPage.ShowAsync));
        group.MapGet("/new", Page(home, PanelPage.ShowAsync));
        foreach (var action in new[] { "/stop", "/retry", "/rate" })
            group.MapGet(action, Page(home, TurnForm.BackAsync));
        group.MapGet("/css/{file}", (RequestDelegate)Stylesheets.ServeAsync);
    }

    private static RequestDelegate Page(IWidgetHome home, Func<WidgetRequest, Task> show) => async context =>
    {
        if (await home.FindAsync(context) is { } visit)
            await show(new WidgetRequest(context, home, visit));
    };

    private static RequestDelegate Post(IWidgetHome home, Func<WidgetRequest, IFormCollection, Task> handle) => async context =>
    {
        if (await home.FindAsync(context) is not { } visit)
            return;
        var request = new WidgetRequest(context, home, visit);
        if (await FormOfAsync(context) is { } form)
            await handle(request, form);
        else
            await PanelPage.ShowAsync(request, StatusCodes.Status400BadRequest);
    };

    /// <summary>The posted form; null where there is none, or it is too long to be one of these.</summary>
    public static async Task<IFormCollection?> FormOfAsync(HttpContext context)
    {
        // By its own word too long: it is left to the server to take in and throw away. A body that is refused while it is read ends the
        // connection, and a visitor whose browser still sends would see that, and no answer.
        if (context.Request.ContentLength > LongestForm)
            return null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = LongestForm;
        try
        {
            return context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }
}
