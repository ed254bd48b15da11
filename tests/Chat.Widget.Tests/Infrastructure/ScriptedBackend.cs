using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Chat.Client;
using Chat.Widget.Backend;

namespace Chat.Widget.Tests.Infrastructure;

/// <summary>A service that says what the test wants, and remembers what it was asked. Messages are taken once for each key, as the contract says.</summary>
internal sealed class ScriptedBackend : IChatBackend
{
    private readonly Dictionary<string, string> _takenByKey = new(StringComparer.Ordinal);

    public ConcurrentQueue<ChatMessageRequest> Sent { get; } = new();

    public List<ChatHistoryMessage> History { get; } = [];

    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The events of the answer that is being made; complete it to end the stream.</summary>
    public Channel<Func<ChatStreamEvent>> Answer { get; } = System.Threading.Channels.Channel.CreateUnbounded<Func<ChatStreamEvent>>();

    public ChatApiException? SendFails { get; set; }

    public ChatApiException? HistoryFails { get; set; }

    public ChatApiException? ChannelFails { get; set; }

    public ChatApiException? ForgetFails { get; set; }

    public Task HistoryGate { get; set; } = Task.CompletedTask;

    public int ChannelReads { get; private set; }

    public ChatChannel Channel { get; set; } = new() { Name = "Shop", Greeting = "Hello from the channel", SuggestedQuestions = ["When are you open?", "<b>"], Contact = "Call 123" };

    public Task<ChatStarted> SendAsync(ChatMessageRequest request, CancellationToken cancellationToken)
    {
        Sent.Enqueue(request);
        if (SendFails is { } failure)
            throw failure;
        lock (_takenByKey)
        {
            if (!_takenByKey.TryGetValue(request.IdempotencyKey!, out var id))
                _takenByKey[request.IdempotencyKey!] = id = AddPending(request.Message);
            return Task.FromResult(new ChatStarted(id, request.SessionId));
        }
    }

    public async IAsyncEnumerable<ChatStreamEvent> JoinAsync(string messageId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Calls.Enqueue($"join {messageId}");
        await foreach (var next in Answer.Reader.ReadAllAsync(cancellationToken))
        {
            var happened = next();
            yield return happened;
            if (happened is ChatCompleted)
                yield break;
        }
    }

    public async Task<IReadOnlyList<ChatHistoryMessage>> GetHistoryAsync(string sessionId, CancellationToken cancellationToken)
    {
        await HistoryGate.WaitAsync(cancellationToken);
        return HistoryFails is { } failure ? throw failure : [.. History];
    }

    public Task StopAsync(string messageId, CancellationToken cancellationToken) => Note($"stop {messageId}");

    public Task RateAsync(string messageId, ChatRating rating, CancellationToken cancellationToken) => Note($"rate {messageId} {(int)rating}");

    public Task ForgetAsync(string sessionId, CancellationToken cancellationToken) => ForgetFails is { } failure ? throw failure : Note($"forget {sessionId}");

    public Task<ChatChannel> GetChannelAsync(CancellationToken cancellationToken)
    {
        ChannelReads++;
        return ChannelFails is { } failure ? throw failure : Task.FromResult(Channel);
    }

    public void Says(params ReadOnlySpan<ChatStreamEvent> events)
    {
        foreach (var happened in events)
            Answer.Writer.TryWrite(() => happened);
    }

    public void Breaks(string code) => Answer.Writer.TryWrite(() => throw Failure(code));

    public string AddPending(string question) => Add(question, ChatHistoryMessage.PendingStatus, null);

    public string AddFailed(string question, string code = ChatErrorCodes.AiServiceError) => Add(question, ChatHistoryMessage.FailedStatus, code);

    public string AddDone(string question, string answerHtml, string? answer = null)
    {
        var id = Add(question, ChatHistoryMessage.DoneStatus, null);
        History.Add(new ChatHistoryMessage { MessageId = id, Role = "assistant", Content = answer ?? answerHtml, ContentHtml = answerHtml, CreatedAt = WidgetApp.Noon.AddSeconds(1) });
        return id;
    }

    public static ChatApiException Failure(string code, TimeSpan? retryAfter = null) => new(code, "scripted") { RetryAfter = retryAfter };

    public static ChatCompleted Done(string html, string text = "text") => new(new ChatReply
    {
        Reply = text,
        ReplyHtml = html,
        SessionId = "s",
        MessageId = "m",
        Usage = new ChatUsage(1, 1, 2, 0),
    });

    private string Add(string question, string status, string? code)
    {
        var id = $"turn-{History.Count}";
        History.Add(new ChatHistoryMessage
        {
            MessageId = id,
            Status = status,
            Code = code,
            Role = "user",
            Content = question,
            ContentHtml = "",
            CreatedAt = WidgetApp.Noon,
        });
        return id;
    }

    private Task Note(string call)
    {
        Calls.Enqueue(call);
        return Task.CompletedTask;
    }
}
