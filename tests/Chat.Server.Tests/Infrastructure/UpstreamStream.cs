using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>The upstream's side of a streamed answer, step by step, so that a test can stand between two pieces.</summary>
internal static class UpstreamStream
{
    /// <summary>A whole streamed answer: the pieces, the finish reason, the usage.</summary>
    public static async Task StreamAsync(this HttpContext context, params string[] pieces)
    {
        await context.BeginStreamAsync();
        foreach (var piece in pieces)
            await context.SayAsync(piece);
        await context.EndStreamAsync();
    }

    public static async Task BeginStreamAsync(this HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync();
    }

    /// <summary>One piece, on its way at once.</summary>
    public static Task SayAsync(this HttpContext context, string piece) =>
        context.EventAsync(new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["delta"] = new JsonObject { ["content"] = piece } }) });

    /// <summary>The end as the protocol has it; usage as most upstreams give it, or none.</summary>
    public static async Task EndStreamAsync(this HttpContext context, (int Prompt, int Completion)? usage = null, bool withUsage = true)
    {
        var (prompt, completion) = usage ?? (41, 9);
        await context.EventAsync(new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["delta"] = new JsonObject(), ["finish_reason"] = "stop" }) });
        if (withUsage)
        {
            await context.EventAsync(new JsonObject
            {
                ["choices"] = new JsonArray(),
                ["usage"] = new JsonObject { ["prompt_tokens"] = prompt, ["completion_tokens"] = completion, ["total_tokens"] = prompt + completion },
            });
        }

        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    /// <summary>Waits for the service to cut the connection.</summary>
    public static Task CutAsync(this HttpContext context)
    {
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.RequestAborted.Register(() => cut.TrySetResult());
        return cut.Task;
    }

    private static async Task EventAsync(this HttpContext context, JsonObject chunk)
    {
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n");
        await context.Response.Body.FlushAsync();
    }
}
