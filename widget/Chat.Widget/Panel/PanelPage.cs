using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Chat.Widget.Home;
using Microsoft.AspNetCore.Http;

namespace Chat.Widget.Panel;

/// <summary>The panel: a small, complete document. Cheap and without state, because a browser with scripting off loads it with every page.</summary>
internal static class PanelPage
{
    public const string ComposerId = "q";

    /// <summary>256 bits in base64url.</summary>
    public const int FormKeyLength = 43;

    private const int KeyBytes = 32;

    /// <summary>The panel's address with the composer in focus: a fragment is what moves focus without a script.</summary>
    public static string ComposerOf(WidgetVisit visit) => $"{visit.UrlOf("panel")}#{ComposerId}";

    public static Task ShowAsync(WidgetRequest request) => ShowAsync(request, StatusCodes.Status200OK);

    public static Task ShowAsync(WidgetRequest request, int status)
    {
        var now = request.Service<TimeProvider>().GetUtcNow();
        if (status == StatusCodes.Status429TooManyRequests && request.Visit.Draft?.TryAgainAt is { } again)
            request.Context.Response.Headers.RetryAfter = ((long)Math.Ceiling(Math.Max(0, (again - now).TotalSeconds))).ToString(CultureInfo.InvariantCulture);
        return request.PageAsync<PanelDocument>(
            new()
            {
                [nameof(PanelDocument.Visit)] = request.Visit,
                [nameof(PanelDocument.Fields)] = Fields(request),
                [nameof(PanelDocument.Now)] = now,
            },
            status);
    }

    private static IReadOnlyList<FormField> Fields(WidgetRequest request)
    {
        var key = request.Visit.Draft?.FormKey is { Length: > 0 } kept ? kept : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        return [.. request.Home.IssueFields(request.Context, request.Visit), new FormField(SendMessage.KeyField, key)];
    }
}
