using System.Text.Json.Nodes;
using Chat.Server.Administration;
using Chat.Server.Administration.Exporting;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Quotas;
using Chat.Server.Rendering;

namespace Chat.Server.Hosting.Description;

/// <summary>Example bodies: real objects of the real types, so that they cannot differ from what is served.</summary>
internal static class Examples
{
    private const string Question = "What is the capital of France?";
    private const string Answer = "The **capital** of France is Paris.";
    private static readonly Guid MessageId = new("01997c0e-4b7a-7c3a-b5c6-9ea05dd3b99a");
    private static readonly Guid ChannelId = new("01997c0e-1111-7000-8000-0000000000aa");
    private static readonly DateTimeOffset Then = new(2026, 4, 5, 10, 0, 0, TimeSpan.Zero);

    private static readonly SendMessageResponse Sent = new()
    {
        Reply = Answer,
        ReplyHtml = SafeMarkdown.ToHtml(Answer),
        SessionId = "test-001",
        MessageId = MessageId,
        Usage = new TurnUsage { PromptTokens = 41, CompletionTokens = 9, TotalTokens = 50, Credits = 0.05m },
    };

    private static readonly ChannelSettings Settings = new()
    {
        Name = "My site",
        WebsiteUrl = "https://www.example.com/",
        SystemPrompt = "You help the visitors of a bicycle shop. Be brief.",
        Knowledge = "# Opening hours\n\nMonday to Saturday, 9 to 18.",
        Contact = "Call +1 555 0100.",
    };

    public static IReadOnlyDictionary<Type, object> Requests { get; } = new Dictionary<Type, object>
    {
        [typeof(SendMessageRequest)] = new SendMessageRequest
        {
            Message = Question,
            SessionId = "test-001",
            Metadata = new PageMetadata { Url = "https://www.example.com/help", Title = "Help" },
        },
        [typeof(FeedbackRequest)] = new FeedbackRequest { Rating = 1, Comment = "Short and right." },
        [typeof(CreateChannelRequest)] = new JsonObject { ["name"] = "My site", ["system_prompt"] = Settings.SystemPrompt, ["credits"] = 25 },
        [typeof(GrantCreditsRequest)] = new GrantCreditsRequest { Credits = 25, Note = "Invoice 1042" },
        [typeof(ChannelSettings)] = new JsonObject { ["requests_per_minute"] = 30, ["contact"] = null },
    };

    public static IReadOnlyDictionary<string, object> Responses { get; } = new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["sendMessage"] = Sent,
        ["readTurn"] = new DoneTurn { Reply = Sent.Reply, ReplyHtml = Sent.ReplyHtml, SessionId = Sent.SessionId, MessageId = Sent.MessageId, Usage = Sent.Usage },
        ["getHistory"] = new HistoryResponse
        {
            Messages = [Message(HistoryRole.User, Question, Then), Message(HistoryRole.Assistant, Answer, Then.AddSeconds(1))],
        },
        ["readChannel"] = new ChannelProfile
        {
            Name = "My site",
            Greeting = "Hello! How can I help?",
            SuggestedQuestions = ["How do I reset my password?"],
            Contact = "Write to help@example.com.",
        },
        ["createChannel"] = Channel("chat_2bFqkZ0xJ3v8mYt5Wc1LhN7sR4dQpGaEuTiKoXyBz9M"),
        ["rotateKey"] = Channel("chat_Qm4nT7vX1cZ9bL2kJ5hG8fD3sA6pO0iUyRtEwWqKjNc"),
        ["getChannel"] = Channel(null),
        ["editChannel"] = Channel(null),
        ["listChannels"] = new ChannelListResponse
        {
            Data = [Channel(null)],
            Pagination = new Pagination { Total = 1, Limit = 50, Offset = 0, HasMore = false },
        },
        ["revealKey"] = new ChannelKeyResponse { Id = ChannelId, Key = "chat_2bFqkZ0xJ3v8mYt5Wc1LhN7sR4dQpGaEuTiKoXyBz9M" },
        ["grantCredits"] = GrantResponse.From(
            new Grant { GrantId = 2, Credits = 25 * Credits.Micro, Note = "Invoice 1042", CreatedAt = Then },
            new Account { Allocated = 50 * Credits.Micro, Consumed = 50_000 }),
        ["readLedger"] = new LedgerResponse
        {
            Data =
            [
                LedgerEntry.From(new LedgerLine
                {
                    IsCharge = true,
                    Credits = 50_000,
                    CreatedAt = Then.AddSeconds(1),
                    MessageId = MessageId,
                    Model = "llama-3.3-70b-versatile",
                    PromptTokens = 41,
                    CompletionTokens = 9,
                    Rating = 1,
                    Comment = "Short and right.",
                }),
                LedgerEntry.From(new LedgerLine { Credits = 25 * Credits.Micro, CreatedAt = Then, Note = "Invoice 1042" }),
            ],
            Pagination = new Pagination { Total = 2, Limit = 50, Offset = 0, HasMore = false },
        },
        ["revealWebhookSecret"] = new WebhookSecretResponse { Id = ChannelId, Secret = "whsec_5Tq0cWm2LhN7sR4dQpGaEuTiKoXyBz9M2bFqkZ0xJ3v" },
        ["readUsage"] = Usage(),
        ["exportChannel"] = new ExportedMessage
        {
            ThreadId = 17,
            MessageId = MessageId,
            Role = ExportedRole.Assistant,
            Content = Answer,
            Status = ExportedStatus.Done,
            Model = "llama-3.3-70b-versatile",
            CreatedAt = Then.AddSeconds(1).UtcDateTime,
        },
        ["readEmbed"] = ReadEmbed.Of(
            new Channel { PublicId = ChannelId, Settings = Settings with { AllowedOrigins = ["https://www.example.com"] } }, "https://chat.example.com"),
        ["audit"] = AuditResponse.From(new AuditReport(1, [])),
        ["isAlive"] = new HealthResponse { Status = "ok" },
        ["isReady"] = new HealthResponse { Status = "ready" },
    };

    /// <summary>The events of an answer, in order.</summary>
    public static IReadOnlyList<(string Name, object Data)> Events { get; } =
    [
        ("start", new TurnStarted { MessageId = MessageId, SessionId = "test-001" }),
        ("delta", new TurnDelta { Text = Answer[..12] }),
        ("delta", new TurnDelta { Text = Answer[12..] }),
        ("done", Sent),
    ];

    private static UsageResponse Usage()
    {
        var totals = new UsageTotals
        {
            Answered = 412,
            Failed = 1,
            Refused = 3,
            FailedBy = new Dictionary<string, long>(StringComparer.Ordinal) { ["ai_service_error"] = 1 },
            RefusedBy = new Dictionary<string, long>(StringComparer.Ordinal) { ["rate_limit_exceeded"] = 3 },
            PromptTokens = 16_892,
            CompletionTokens = 3_708,
            Credits = 20.6m,
            LatencyMs = new Percentiles { P50 = 872, P95 = 2_625, P99 = 4_175 },
            FirstTokenMs = new Percentiles { P50 = 212, P95 = 655, P99 = 1_340 },
            ThumbsUp = 31,
            ThumbsDown = 4,
        };
        var day = DateOnly.FromDateTime(Then.UtcDateTime);
        return new UsageResponse { From = day.AddDays(-29), To = day, By = UsageGrouping.Day, Data = [new UsageLine(totals) { Day = day }], Total = totals };
    }

    private static HistoryMessage Message(HistoryRole role, string content, DateTimeOffset at) => new()
    {
        MessageId = Sent.MessageId,
        Status = HistoryStatus.Done,
        Role = role,
        Content = content,
        ContentHtml = SafeMarkdown.ToHtml(content),
        CreatedAt = at.UtcDateTime,
    };

    private static ChannelResponse Channel(string? key) => ChannelResponse.From(
        new Channel { PublicId = ChannelId, Settings = Settings, CreatedAt = Then, UpdatedAt = Then },
        new Account { Allocated = 25 * Credits.Micro, Consumed = 50_000 },
        key);
}
