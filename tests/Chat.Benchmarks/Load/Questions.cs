using System.Text.Json.Nodes;

namespace Chat.Benchmarks.Load;

/// <summary>The same question, as each arm takes it.</summary>
internal static class Questions
{
    private const string Question = "How late are you open on Saturdays, and can I return a bicycle then?";

    /// <summary>As the service would put it to a provider; upstream and YARP look at no key, and get one all the same.</summary>
    public static RequestTemplate ForUpstream(bool stream = false)
    {
        var body = new JsonObject
        {
            ["model"] = "llama-3.3-70b-versatile",
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = PublishedService.SystemPrompt },
                new JsonObject { ["role"] = "user", ["content"] = Question }),
            ["max_tokens"] = 1_024,
        };
        if (stream)
            body["stream"] = true;
        return RequestTemplate.Post("/v1/chat/completions", body.ToJsonString(), [new Caller("of-no-use", "")], 1);
    }

    public static RequestTemplate ForChat(IReadOnlyList<Caller> callers, int messagesPerVisit) =>
        RequestTemplate.Post("/chat", Chat(Question, "{visit}", stream: false), callers, messagesPerVisit);

    /// <summary>Streamed; <paramref name="hold"/> is what the upstream waits after each piece.</summary>
    public static RequestTemplate ForStream(IReadOnlyList<Caller> callers, TimeSpan hold) => RequestTemplate.Post(
        "/chat", Chat(hold == TimeSpan.Zero ? Question : $"{Question} hold:{(int)hold.TotalMilliseconds}.", "{visit}", stream: true), callers, 1);

    /// <summary>In the caller's own session.</summary>
    public static RequestTemplate InSession(IReadOnlyList<Caller> callers) =>
        RequestTemplate.Post("/chat", Chat(Question, "{session}", stream: false), callers, 1);

    public static RequestTemplate ForHistory(IReadOnlyList<Caller> sessions) => RequestTemplate.Get("/history?session_id={session}", sessions);

    private static string Chat(string message, string session, bool stream)
    {
        var body = new JsonObject { ["message"] = message, ["session_id"] = session };
        if (stream)
            body["stream"] = true;
        return body.ToJsonString();
    }
}
