using Xunit.Abstractions;

namespace Chat.Server.Tests.Providers;

/// <summary>The demo channel's guide, asked as people ask: each question with a part of the heading whose section is the right answer.</summary>
public sealed class GuideDemoQuestionsTests(ITestOutputHelper output)
{
    private static readonly (string Question, string Heading)[] Answered =
    [
        ("what is chat", "What is Chat?"),
        ("What exactly is a channel?", "What is a channel?"),
        ("what do I need to install to run this", "What do I need to run it?"),
        ("how can I try it out on my machine", "How do I start it"),
        ("where are the api docs", "API reference"),
        ("is there an OpenAPI file?", "API reference"),
        ("How do I embed the widget?", "embed the chat widget"),
        ("put the chat on my web page", "embed the chat widget"),
        ("does it work with WordPress", "WordPress"),
        ("can I use the key in the browser", "JavaScript in the browser"),
        ("how do I call the API", "call the API with curl"),
        ("curl example please", "call the API with curl"),
        ("node.js example", "JavaScript or Node"),
        ("python", "call it from Python"),
        ("Can you show me PHP code?", "call it from PHP"),
        ("how to use it from C#", "call it from C#"),
        ("how do I authenticate my requests?", "How do I authenticate?"),
        ("which header does the key go in", "How do I authenticate?"),
        ("what fields does the request have", "send in a request"),
        ("max message length", "How long may a message be?"),
        ("what does the response look like", "response look like"),
        ("how do sessions work", "How do sessions work?"),
        ("How long do you remember a conversation?", "conversation remembered"),
        ("when does a session expire", "conversation remembered"),
        ("get the chat history", "get the chat history"),
        ("my history is empty", "Why is the history empty?"),
        ("how do I delete a session", "delete a conversation"),
        ("what do the errors mean", "What do the errors mean?"),
        ("I get a 401", "401"),
        ("invalid api key", "401 Invalid API key"),
        ("missing_api_key", "401 Missing API key"),
        ("what does site_inactive mean", "403 Site is inactive"),
        ("error 403 credits exhausted", "403 Credits exhausted"),
        ("413", "413 Request too large"),
        ("why 422?", "422 Invalid request"),
        ("malformed json", "400 Malformed JSON"),
        ("what is a 500 ai_service_error", "500 AI service error"),
        ("503 service unavailable", "503 Service unavailable"),
        ("too many requests", "429 Rate limit exceeded"),
        ("should I retry after an error", "Which errors should I retry?"),
        ("how many requests per minute can I make?", "What are the rate limits"),
        ("what's Retry-After", "What is Retry-After?"),
        ("when does the daily limit reset?", "daily limit reset"),
        ("raise the rate limit", "raise the limits"),
        ("what are credits", "What are credits?"),
        ("what are credts", "What are credits?"),
        ("how much does one message cost", "How much does a message cost?"),
        ("what happens if I run out of credits", "when credits run out"),
        ("how can I top up", "top up credits"),
        ("do I pay for failed requests", "charged for failed"),
        ("which models can I use?", "Which models are there?"),
        ("list of modells", "Which models are there?"),
        ("how do I change the model", "choose or change the model"),
        ("what's the cheapest model", "cheapest"),
        ("how does the built-in guide work", "built-in guide"),
        ("do you hallucinate or make things up?", "make things up"),
        ("connect a provider", "connect an AI provider"),
        ("how do I use groq", "How do I use Groq?"),
        ("openrouter setup", "How do I use OpenRouter?"),
        ("can I run it with a local model like ollama", "Ollama"),
        ("configure openai", "How do I use OpenAI?"),
        ("what if the provider is down?", "provider is down"),
        ("create a channel", "create a new channel"),
        ("how do I make a new chanel", "create a new channel"),
        ("I lost my API key", "rotate an API key"),
        ("rotate the key", "rotate an API key"),
        ("how to write a good system prompt", "system prompt"),
        ("add knowledge", "add knowledge"),
        ("disable a channel", "disable or delete a channel"),
        ("admin api token", "administration API"),
        ("run in docker", "Docker"),
        ("switch to SQL Server", "SQL Server"),
        ("where is my data stored?", "data stored"),
        ("can I scale to several instances", "several instances"),
        ("health check endpoint", "health of the service"),
        ("environment variables for configuration", "configure it"),
        ("what personal data do you store", "stored about visitors"),
        ("is this GDPR compliant?", "GDPR"),
        ("how are keys encrypted", "API keys protected"),
        ("what is reply_html", "safe to show the reply"),
        ("how is markdown rendered", "Markdown"),
        ("where do I find the request id", "request id"),
        ("I need support", "Where do I get support?"),
        ("why was the answer cut off", "cut off"),
    ];

    private static readonly string[] OffTopic =
    [
        "what's the weather in Paris?", "Who won the world cup in 2014?", "tell me a joke", "What is the capital of France?", "how do I bake bread?",
        "write a poem about the sea", "what is 2+2?", "can you recommend a good restaurant?", "how do I fix a flat tire?", "what is the price of bitcoin?",
        "who is the president of Brazil?", "do you like dogs?", "translate good night into Italian", "how tall is Mount Everest?", "what time is it?",
        "best movies of this year", "how do I reset my iPhone?", "book a flight to Berlin", "asdfgh qwerty", "when was Mozart born?",
    ];

    [Fact]
    public async Task Nine_in_ten_natural_questions_get_the_right_section()
    {
        using var talk = new GuideTalk(GuideTalk.DemoKnowledge);
        var wrong = new List<string>();
        foreach (var (question, heading) in Answered)
        {
            var source = GuideTalk.SourceOf(await talk.AskAsync(question));
            if (source?.Contains(heading, StringComparison.Ordinal) != true)
                wrong.Add($"{question} → {source ?? "unknown"} instead of {heading}");
        }

        wrong.ForEach(output.WriteLine);
        Assert.True(wrong.Count <= Answered.Length / 10, string.Join('\n', wrong));
    }

    [Fact]
    public async Task No_question_about_something_else_is_answered_with_a_section()
    {
        using var talk = new GuideTalk(GuideTalk.DemoKnowledge);
        var answered = new List<string>();
        foreach (var question in OffTopic)
        {
            if (GuideTalk.SourceOf(await talk.AskAsync(question)) is { } source)
                answered.Add($"{question} → {source}");
        }

        Assert.True(answered.Count == 0, string.Join('\n', answered));
    }
}
