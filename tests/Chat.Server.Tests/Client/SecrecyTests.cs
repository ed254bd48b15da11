using System.Collections.Concurrent;
using Chat.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Server.Tests.Client;

/// <summary>The channel's key and a visitor's words stay out of everything but the request itself.</summary>
public sealed class SecrecyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_key_is_in_no_log_line_whatever_else_the_caller_redacts(bool callerRedactsAnotherHeader)
    {
        await using var service = await ScriptedService.StartAsync(
            Answers.Reply, Answers.Error(500, "internal_error"), Answers.Broken, Answers.Broken);
        var log = new EverythingLogged();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        var http = services.AddChatClient(options => (options.BaseUrl, options.ApiKey) = (service.Address, ScriptedService.ApiKey));
        if (callerRedactsAnotherHeader)
            http.RedactLoggedHeaders(["X-Mine"]);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<ChatApiClient>();

        await client.SendAsync("Secret words", "secret-session");
        await Assert.ThrowsAsync<ChatApiException>(() => client.GetHistoryAsync("secret-session"));
        await Record.ExceptionAsync(() => client.GetHistoryAsync("secret-session"));

        Assert.Contains(log.Lines, line => line.Contains("X-API-Key", StringComparison.Ordinal));
        Assert.All(log.Lines, line => Assert.DoesNotContain(ScriptedService.ApiKey, line));
        Assert.All(log.Lines, line => Assert.DoesNotContain("Secret words", line));
        Assert.All(log.Lines, line => Assert.DoesNotContain("secret-session", line));
    }

    [Fact]
    public async Task No_exception_holds_the_key_or_a_visitors_words()
    {
        await using var service = await ScriptedService.StartAsync(
            Answers.Error(401, "invalid_api_key"),
            Answers.Json(422, """{"error":"Secret words","code":"invalid_request","details":{"message":["Secret words"]}}"""),
            Answers.Text(502, "text/html", "Secret words"),
            Answers.Json(200, """{"reply":"Secret words"}"""),
            Answers.Broken,
            Answers.Broken);
        var client = service.Client();

        for (var call = 0; call < 5; call++)
        {
            var failure = await Assert.ThrowsAsync<ChatApiException>(() => client.SendAsync("Secret words", "s-1"));
            Assert.DoesNotContain(ScriptedService.ApiKey, failure.ToString());
            Assert.DoesNotContain("Secret words", failure.ToString());
        }
    }

    [Fact]
    public void What_is_printed_by_accident_tells_nothing()
    {
        var options = new ChatClientOptions { BaseUrl = new Uri("http://localhost"), ApiKey = ScriptedService.ApiKey };
        var reply = new ChatReply
        {
            Reply = "Secret words",
            ReplyHtml = "Secret words",
            SessionId = "s-1",
            MessageId = "m-1",
            Usage = new ChatUsage(1, 1, 2, 0),
        };
        var remembered = new ChatHistoryMessage
        {
            Role = "user",
            Content = "Secret words",
            ContentHtml = "Secret words",
            CreatedAt = HandTurnedTime.Start,
        };
        using var http = new HttpClient();

        Assert.DoesNotContain(ScriptedService.ApiKey, string.Join(' ', new object[] { options, new ChatApiClient(http, options) }));
        Assert.DoesNotContain("Secret words", $"{new ChatMessageRequest("Secret words", "s-1")} {reply} {remembered}");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task The_key_does_not_follow_a_redirect(int status)
    {
        await using var elsewhere = await ScriptedService.StartAsync(Answers.Reply);
        await using var service = await ScriptedService.StartAsync(Answers.Text(status, "", "", ("Location", $"{elsewhere.Address}chat")));
        await using var provider = new ServiceCollection().AddChannelAt(service).BuildServiceProvider();

        var failure = await Assert.ThrowsAsync<ChatApiException>(() => provider.GetRequiredService<ChatApiClient>().SendAsync("Hello", "s-1"));

        Assert.Equal((ChatErrorCodes.UnexpectedResponse, status), (failure.Code, (int)failure.StatusCode!));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_cookie_of_one_answer_is_not_sent_with_the_next_visitors_message()
    {
        await using var service = await ScriptedService.StartAsync(
            Answers.Json(200, Answers.ReplyJson, ("Set-Cookie", "visitor=1; Path=/")), Answers.Reply);
        await using var provider = new ServiceCollection().AddChannelAt(service).BuildServiceProvider();
        var client = provider.GetRequiredService<ChatApiClient>();

        await client.SendAsync("Hello", "s-1");
        await client.SendAsync("Hello", "s-2");

        Assert.DoesNotContain("Cookie", service.Requests[1].Headers.Keys);
    }

    private sealed class EverythingLogged : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            _lines.Enqueue(state.ToString()!);
            return null;
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
