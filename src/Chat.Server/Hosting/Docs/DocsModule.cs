using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Chat.Server.Hosting.Docs;

/// <summary>The documentation page of the API: Scalar over the published description, without a request to anywhere else.</summary>
public static class DocsModule
{
    private const string Html = "text/html; charset=utf-8";
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps <c>GET /docs</c> and the script it needs. Every address on the page is relative, so that it works under any path
    /// base and behind a proxy that strips a prefix. Read <see cref="DocsOptions"/> for where the script comes from.
    /// </summary>
    public static IEndpointRouteBuilder MapDocs(this IEndpointRouteBuilder routes)
    {
        var options = routes.ServiceProvider.GetRequiredService<IOptions<DocsOptions>>().Value;
        // At the first request, not at start; and a file that could not be read is tried again, not remembered as a failure.
        var bundle = new Lazy<ScalarBundle?>(
            () => ScalarBundle.Find(options.BundleDirectory), LazyThreadSafetyMode.PublicationOnly);

        var docs = routes.MapGroup("/docs").ExcludeFromDescription();
        docs.MapMethods("", Reading, (HttpContext context) => Page(context, bundle.Value));
        docs.MapMethods("/scalar.js", Reading, (HttpContext context, string? v) => Script(context, bundle.Value, v));
        return routes;
    }

    private static Results<ContentHttpResult, RedirectHttpResult> Page(HttpContext context, ScalarBundle? bundle)
    {
        // Relative addresses count from the last slash: "/docs/" would look for the description under "/docs/openapi".
        if (context.Request.Path.Value!.EndsWith('/'))
        {
            return TypedResults.Redirect("../docs", permanent: true);
        }

        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers[HeaderNames.ContentSecurityPolicy] = bundle is null ? DocsPage.PolicyWithoutScript : DocsPage.Policy;
        headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Content(bundle is null ? DocsPage.WithoutScript : DocsPage.For(bundle.Fingerprint), Html);
    }

    private static Results<PhysicalFileHttpResult, NotFound> Script(HttpContext context, ScalarBundle? bundle, string? version)
    {
        if (bundle is null)
        {
            return TypedResults.NotFound();
        }

        var copy = bundle.For(context.Request.Headers.AcceptEncoding);
        var headers = context.Response.Headers;
        // Another version's address may only meet this script while instances are being replaced: that must not be kept.
        headers.CacheControl = version == bundle.Fingerprint ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        if (copy.Encoding is not null)
        {
            headers.ContentEncoding = copy.Encoding;
        }

        return TypedResults.PhysicalFile(
            copy.Path, "text/javascript; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{copy.Tag}\""));
    }
}
