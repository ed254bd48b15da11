using System.Globalization;
using System.Text;

namespace Chat.Benchmarks.Load;

/// <summary>Who asks: a channel's key, and a session of it where one is there already.</summary>
internal sealed record Caller(string Key, string Session);

/// <summary>
/// One HTTP request with places that each sending fills anew: <c>{id}</c>, never the same twice; <c>{visit}</c>, the session of a
/// visitor who asks so many questions; <c>{key}</c> and <c>{session}</c> of the caller whose turn it is. All values of a place are
/// equally long, so that the length of the body is known before.
/// </summary>
internal sealed class RequestTemplate
{
    /// <summary>Visitors who talk at one time: two questions of one are this far apart.</summary>
    public const int VisitorsAtOnce = 1_000;

    private RequestTemplate(string text, IReadOnlyList<Caller> callers, int messagesPerVisit)
    {
        Text = text;
        Callers = callers;
        MessagesPerVisit = messagesPerVisit;
    }

    /// <summary>The request with its places.</summary>
    public string Text { get; }

    /// <summary>Those who ask, in turn.</summary>
    public IReadOnlyList<Caller> Callers { get; }

    /// <summary>How many questions a visitor asks.</summary>
    public int MessagesPerVisit { get; }

    /// <summary>A request without a body.</summary>
    public static RequestTemplate Get(string path, IReadOnlyList<Caller> callers) =>
        new($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {{key}}\r\n\r\n", callers, 1);

    /// <summary>A request with a JSON body, and a key of its own that no other request has.</summary>
    public static RequestTemplate Post(string path, string body, IReadOnlyList<Caller> callers, int messagesPerVisit)
    {
        var length = Encoding.UTF8.GetByteCount(Fill(body, callers[0], Id("00000000", 0), Visit("00000000", 0)));
        var head = $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {{key}}\r\nIdempotency-Key: {{id}}\r\nContent-Type: application/json\r\n";
        return new RequestTemplate(string.Create(CultureInfo.InvariantCulture, $"{head}Content-Length: {length}\r\n\r\n{body}"), callers, messagesPerVisit);
    }

    /// <summary>The request as it is sent for the so-manyeth time within a run.</summary>
    /// <param name="run">The run's name: 8 characters that no other run has.</param>
    /// <param name="number">From 0.</param>
    public byte[] Request(string run, long number)
    {
        var visit = (number / ((long)VisitorsAtOnce * MessagesPerVisit) * VisitorsAtOnce) + (number % VisitorsAtOnce);
        return Encoding.UTF8.GetBytes(Fill(Text, Callers[(int)(visit % Callers.Count)], Id(run, number), Visit(run, visit)));
    }

    private static string Fill(string text, Caller caller, string id, string visit) => text
        .Replace("{id}", id, StringComparison.Ordinal)
        .Replace("{visit}", visit, StringComparison.Ordinal)
        .Replace("{key}", caller.Key, StringComparison.Ordinal)
        .Replace("{session}", caller.Session, StringComparison.Ordinal);

    private static string Id(string run, long number) => string.Create(CultureInfo.InvariantCulture, $"{run}-{number:d9}");

    private static string Visit(string run, long visit) => string.Create(CultureInfo.InvariantCulture, $"{run}v{visit:d9}");
}
