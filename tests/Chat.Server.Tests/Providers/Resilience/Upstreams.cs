using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>What an upstream does with one request.</summary>
internal delegate Task UpstreamBehaviour(UpstreamRequest request, HttpContext context);

/// <summary>Upstreams that answer as the protocol says, and upstreams that fail in every way that one has been seen to fail.</summary>
internal static class Upstreams
{
    /// <summary>Stands in everything that a failing upstream says; it must reach nobody.</summary>
    public const string Canary = "canary-of-the-upstream";

    /// <summary>Answers whole or as a stream, as it was asked.</summary>
    public static UpstreamBehaviour Answering(string text) => (request, context) =>
        IsStreamed(request) ? StreamAsync(context, [.. text.Chunk(3).Select(piece => Piece(new string(piece))), Finish(), Usage(), "[DONE]"]) : FakeUpstream.Answer(context, text);

    /// <summary>Never answers at all.</summary>
    public static UpstreamBehaviour Stalling { get; } = (_, context) => UntilGoneAsync(context);

    /// <summary>A status with a body that is not for visitors.</summary>
    public static UpstreamBehaviour Status(int status, string? retryAfter = null) => async (_, context) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        context.Response.Headers["X-Upstream"] = Canary;
        await context.Response.WriteAsJsonAsync(new JsonObject { ["error"] = new JsonObject { ["message"] = Canary } });
    };

    public static UpstreamBehaviour Html(int status) => async (_, context) =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        await context.Response.WriteAsync($"<html><title>{Canary}</title></html>");
    };

    public static UpstreamBehaviour Reset { get; } = (_, context) =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    /// <summary>Cuts the connection once what was sent before has surely arrived; a reset takes it along.</summary>
    public static UpstreamBehaviour ResetSoon { get; } = async (_, context) =>
    {
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        context.Abort();
    };

    /// <summary>Begins to answer, but not with text, and cuts the connection.</summary>
    public static UpstreamBehaviour ResetInTheBody { get; } = async (request, context) =>
    {
        if (IsStreamed(request))
            await StreamAsync(context, Piece(""));
        else
            await PartAsync(context, """{"choices":[{"mess""");
        context.Abort();
    };

    /// <summary>Ends in good order, in the middle of its answer.</summary>
    public static UpstreamBehaviour Truncated { get; } = (request, context) =>
        IsStreamed(request) ? StreamAsync(context, Piece("")) : PartAsync(context, """{"choices":[{"message":{"role":"assistant","content":"Half an ans""");

    public static UpstreamBehaviour ErrorEvent { get; } = (request, context) => IsStreamed(request)
        ? StreamAsync(context, Piece(""), $$$"""{"error":{"message":"{{{Canary}}}","code":502}}""")
        : PartAsync(context, $$$"""{"error":{"message":"{{{Canary}}}","code":502}}""");

    public static UpstreamBehaviour Empty { get; } = (request, context) => IsStreamed(request)
        ? StreamAsync(context, Piece(""), Finish(), "[DONE]")
        : FakeUpstream.Answer(context, "");

    /// <summary>Sends one line, or one JSON text, that has no end.</summary>
    public static UpstreamBehaviour EndlessLine { get; } = (request, context) =>
        EndlessAsync(request, context, """data: {"choices":[{"delta":{"content":" """, Canary);

    /// <summary>Sends events that have no text, without end.</summary>
    public static UpstreamBehaviour EndlessEvents { get; } = (request, context) =>
        EndlessAsync(request, context, "", $"data: {Piece("")}\n\n: {Canary}\n\n");

    /// <summary>Says the beginning of an answer, and then does what the other does.</summary>
    public static UpstreamBehaviour Beginning(string text, UpstreamBehaviour then) => async (request, context) =>
    {
        await StreamAsync(context, Piece(text));
        await then(request, context);
    };

    /// <summary>Says more and more.</summary>
    public static UpstreamBehaviour Talkative { get; } = (request, context) =>
        EndlessAsync(request, context, "", $"data: {Piece(new string('a', 4_000))}\n\n");

    public static async Task StreamAsync(HttpContext context, params string[] events)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "text/event-stream";
        foreach (var data in events)
        {
            await context.Response.WriteAsync($"data: {data}\n\n");
            await context.Response.Body.FlushAsync();
        }
    }

    public static string Piece(string text) => Choice(new JsonObject { ["role"] = "assistant", ["content"] = text }, finish: null);

    public static string Finish(string reason = "stop") => Choice([], reason);

    public static string Usage(int prompt = 41, int completion = 9) => new JsonObject
    {
        ["choices"] = new JsonArray(),
        ["usage"] = new JsonObject { ["prompt_tokens"] = prompt, ["completion_tokens"] = completion },
    }.ToJsonString();

    public static Task UntilGoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        context.RequestAborted.Register(gone.SetResult);
        return gone.Task;
    }

    private static bool IsStreamed(UpstreamRequest request) => (bool?)request.Body["stream"] == true;

    private static string Choice(JsonObject delta, string? finish) => new JsonObject
    {
        ["id"] = "chatcmpl-1",
        ["model"] = "the-model-there",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
    }.ToJsonString();

    private static Task PartAsync(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    private static async Task EndlessAsync(UpstreamRequest request, HttpContext context, string start, string repeated)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = IsStreamed(request) ? "text/event-stream" : "application/json";
        await context.Response.WriteAsync(IsStreamed(request) ? start : """{"choices":[{"message":{"content":" """);
        var block = string.Concat(Enumerable.Repeat(repeated, 1 + (8_192 / repeated.Length)));
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.WriteAsync(block, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The service has had enough.
        }
    }
}
