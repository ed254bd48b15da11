namespace Chat.Widget.Sample;

/// <summary>The strictest policy that a page can have and still be one: the chat works under it as it is.</summary>
internal static class StrictPolicy
{
    public const string Value = "default-src 'none'; style-src 'self'; form-action 'self'; frame-src 'self'; img-src 'self'";

    public static void UseStrictPolicy(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.Headers.ContentSecurityPolicy = Value;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    });
}
