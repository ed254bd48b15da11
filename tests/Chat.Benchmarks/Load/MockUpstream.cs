using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Benchmarks.Load;

/// <summary>
/// An upstream that speaks the OpenAI chat-completions protocol and thinks for no time unless told to: the same 300 characters of Markdown for every
/// question, whole or in pieces. A question that holds <c>hold:250.</c> is answered in pieces 250 ms apart.
/// </summary>
internal static class MockUpstream
{
    private const int PieceLength = 20;

    private const string Reply = """
        Yes, on **Saturdays** we are open from *nine* until eight:

        1. The workshop takes bicycles until six.
        2. The café serves until half past seven.

        See [our hours](https://shop.example/hours) for holidays, or call us on `0711 555 0199`. On Sundays the shop is closed, but returns can be left at the counter.
        """;

    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(new JsonObject
    {
        ["id"] = "chatcmpl-1",
        ["object"] = "chat.completion",
        ["created"] = 1,
        ["model"] = "mock",
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = Reply },
            ["finish_reason"] = "stop",
        }),
        ["usage"] = Usage(),
    }.ToJsonString());

    private static readonly byte[][] Pieces =
    [
        .. Reply.Chunk(PieceLength).Select(piece => Event(new JsonObject { ["content"] = new string(piece) }, null)),
        [.. Event([], "stop"), .. Encoding.ASCII.GetBytes("data: [DONE]\n\n")],
    ];

    /// <summary>How many pieces with text a streamed reply has.</summary>
    public static int PieceCount => Pieces.Length - 1;

    /// <summary>Answers until it is ended.</summary>
    /// <param name="think">How long it waits before it answers.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task RunAsync(TimeSpan think, CancellationToken cancellationToken) => ListeningApp.RunAsync(app => app.Run(context => AnswerAsync(context, think)), cancellationToken);

    private static async Task AnswerAsync(HttpContext context, TimeSpan think)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var question = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (think > TimeSpan.Zero)
            await Task.Delay(think, TimeProvider.System, context.RequestAborted);
        if (question.Span.IndexOf("\"stream\":true"u8) >= 0)
        {
            await StreamAsync(context.Response, Hold(question.Span), context.RequestAborted);
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Whole.Length;
        await context.Response.BodyWriter.WriteAsync(Whole, context.RequestAborted);
    }

    private static async Task StreamAsync(HttpResponse response, TimeSpan hold, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        foreach (var piece in Pieces)
        {
            await response.BodyWriter.WriteAsync(piece, cancellationToken);
            if (hold > TimeSpan.Zero)
                await Task.Delay(hold, TimeProvider.System, cancellationToken);
        }
    }

    private static TimeSpan Hold(ReadOnlySpan<byte> question)
    {
        var at = question.IndexOf("hold:"u8);
        if (at < 0)
            return TimeSpan.Zero;
        var digits = question[(at + "hold:".Length)..];
        digits = digits[..digits.IndexOf((byte)'.')];
        return TimeSpan.FromMilliseconds(int.Parse(digits, CultureInfo.InvariantCulture));
    }

    private static byte[] Event(JsonObject delta, string? finish)
    {
        var chunk = new JsonObject
        {
            ["id"] = "chatcmpl-1",
            ["object"] = "chat.completion.chunk",
            ["created"] = 1,
            ["model"] = "mock",
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        };
        if (finish is not null)
            chunk["usage"] = Usage();
        return Encoding.UTF8.GetBytes($"data: {chunk.ToJsonString(JsonSerializerOptions.Default)}\n\n");
    }

    private static JsonObject Usage() => new() { ["prompt_tokens"] = 40, ["completion_tokens"] = 75, ["total_tokens"] = 115 };
}
