using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Microsoft.Extensions.AI;

namespace Chat.Benchmarks;

/// <summary>The two transactions of a chat, without the asking between them. One session a message, as visitors who ask once: the thread is opened too.</summary>
internal static class BenchedChat
{
    private const string Question = "How late are you open on Saturdays?";
    private const int PromptTokens = 40;

    public static async Task RunAsync(BenchedService service, Channel channel)
    {
        var meter = service.Get<Meter>();
        var key = SessionKey.Of(channel.ChannelId, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString());
        var frame = PromptFrame.Of(channel.Settings, meter.LimitsFor(channel), Question, null);
        var admitted = await service.Get<TurnAdmission>().AdmitAsync(channel, key, new NewMessage(Question, frame, null), CancellationToken.None);
        var turn = admitted.Value.Turn!;
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "Until eight in the evening."))
        {
            Usage = new UsageDetails { InputTokenCount = PromptTokens, OutputTokenCount = 8 },
        };
        var charge = meter.ChargeFor(turn.Admission, response);
        await service.Get<Database>().WriteIdempotentAsync(
            async session =>
            {
                var now = TimeProvider.System.GetUtcNow();
                var finished = new FinishedTurn(turn.TurnId, response.Text, charge.PromptTokens, charge.CompletionTokens, charge.MicroCredits, now);
                if (!await service.Get<ConversationStore>().CompleteTurnAsync(session, finished))
                    throw new InvalidOperationException("The turn was not pending.");
                await meter.SettleAsync(session, turn.Admission, turn.MessageId, charge, new Timing(TimeSpan.FromSeconds(1), null));
                return true;
            },
            CancellationToken.None);
    }
}
