using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Server.Tests.Client;

/// <summary>What a <see cref="ScriptedService"/> can be told to answer.</summary>
internal static class Answers
{
    public const string ReplyJson = """
        { "reply": "The **capital**", "reply_html": "<p>The <strong>capital</strong></p>\n", "session_id": "s-1", "message_id": "m-1",
          "usage": { "prompt_tokens": 41, "completion_tokens": 9, "total_tokens": 50, "credits": 0.05, "later": true }, "later": {} }
        """;

    public static RequestDelegate Reply { get; } = Json(200, ReplyJson);

    public static RequestDelegate Broken { get; } = context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    public static RequestDelegate CutInHalf { get; } = async context =>
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = ReplyJson.Length;
        await context.Response.WriteAsync(ReplyJson[..(ReplyJson.Length / 2)]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    public static RequestDelegate Json(int status, string json, params (string Name, string Value)[] headers) =>
        Text(status, "application/json", json, headers);

    public static RequestDelegate Error(int status, string code, params (string Name, string Value)[] headers) =>
        Json(status, $$"""{"error":"A sentence","code":"{{code}}"}""", headers);

    public static RequestDelegate Text(int status, string type, string body, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers.Append(name, value);
        if (body.Length == 0)
            return;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    };

    public static RequestDelegate Bytes(int status, byte[] body) => async context =>
    {
        context.Response.StatusCode = status;
        await context.Response.Body.WriteAsync(body);
    };

    /// <summary>Never answers; tells when the request has arrived.</summary>
    public static RequestDelegate Silence(TaskCompletionSource arrived) => async context =>
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted.Register(left.SetResult);
        arrived.SetResult();
        await left.Task;
    };
}

internal static class Enumeration
{
    /// <summary>All of it.</summary>
    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (var item in items)
            list.Add(item);
        return list;
    }
}
