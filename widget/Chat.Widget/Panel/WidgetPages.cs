using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Panel;

/// <summary>
/// Answers of components. Apart from <see cref="WidgetRequest"/>, which is part of every route: it would have the framework of components
/// loaded in every service that starts, and some never show a page.
/// </summary>
internal static class WidgetPages
{
    /// <summary>A component's HTML.</summary>
    public static Task<string> RenderAsync<TComponent>(this WidgetRequest request, Dictionary<string, object?> parameters)
        where TComponent : IComponent => ComponentHtml.RenderAsync<TComponent>(request.Context.RequestServices, parameters);

    /// <summary>Answers with a whole page.</summary>
    public static async Task PageAsync<TComponent>(this WidgetRequest request, Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent
    {
        var html = await request.RenderAsync<TComponent>(parameters);
        request.Context.Response.StatusCode = status;
        request.Begin();
        await request.Context.Response.WriteAsync(html, request.Left);
    }
}
