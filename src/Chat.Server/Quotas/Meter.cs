using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Providers;
using Chat.Server.Storage;
using Microsoft.Extensions.AI;

namespace Chat.Server.Quotas;

/// <summary>
/// Limits and credits of a turn, and the only way to a provider: admit, then open, then settle or release. Admission and
/// settlement belong to the caller's transactions, beside the turn that they are for.
/// </summary>
public sealed class Meter(QuotaStore store, WindowWatch windows, ModelCatalogue catalogue, ProviderDirectory providers, TimeProvider time)
{
    // Contract, "Credits": a reply is shortened to what the balance covers, down to this, before anything is refused.
    private const int ShortestReply = 64;

    // A refused admission is read again to say why; between the two, another's release can remove the reason.
    private const int Tries = 3;

    /// <summary>What the channel's model allows a turn.</summary>
    public TurnLimits LimitsFor(Channel channel)
    {
        var model = ModelOf(channel);
        var output = Math.Min(Math.Min(model.MaxOutputTokens, channel.Settings.MaxOutputTokens), model.ContextTokens / 2);
        return new TurnLimits(model.ContextTokens, output);
    }

    /// <summary>Counts the message in its minute and day, and reserves what its reply can cost at the most.</summary>
    /// <param name="session">The transaction that also writes the turn.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="promptTokens">The prompt's estimate.</param>
    /// <returns>The admission, or the first of the documented refusals: minute, day, credits.</returns>
    public async Task<Result<Admission>> AdmitAsync(DbSession session, Channel channel, int promptTokens)
    {
        var model = ModelOf(channel);
        var output = LimitsFor(channel).MaxOutputTokens;
        var now = time.GetUtcNow();
        var arguments = new QuotaStore.AdmitArguments(
            channel.ChannelId,
            QuotaWindow.MinuteOf(now),
            channel.Settings.RequestsPerMinute,
            QuotaWindow.DayOf(now),
            channel.Settings.RequestsPerDay,
            Wanted: (promptTokens + output) * model.MicroCreditsPerToken,
            Floor: (promptTokens + Math.Min(ShortestReply, output)) * model.MicroCreditsPerToken);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await store.AdmitAsync(session, arguments) is { } row)
                return new Admission(channel, model, promptTokens, Covered(row.Reserved, promptTokens, output, model), row);

            var account = await store.FindAccountAsync(session, channel.ChannelId);
            if (account is not null)
                windows.Saw(channel.ChannelId, WindowCounts.Of(account));
            if (Refusal(account, arguments, now) is { } refusal)
                return refusal;
        }

        return ChatError.CreditsExhausted;
    }

    /// <summary>Takes note of an admission that was committed; one that was rolled back counts nowhere.</summary>
    public void Committed(Admission admission) => windows.Saw(admission.Channel.ChannelId, admission.Counts);

    /// <summary>The client for one admitted message.</summary>
    public IChatClient Open(Admission admission) =>
        new MeteredChatClient(
            providers.ClientFor(admission.Model, ResponseProfiles.Parse(admission.Channel.Settings.Profile) ?? ResponseProfile.Balanced, admission.Channel.Settings.GuideFallback), admission);

    /// <summary>What a reply costs: the tokens that the upstream reports, where they are credible, else our estimate; never more than is reserved.</summary>
    public Charge ChargeFor(Admission admission, ChatResponse response)
    {
        var model = admission.Model;
        var (prompt, completion) = Credible(response.Usage, model)
            ?? (admission.PromptTokens, Math.Min(TokenEstimate.OfText(response.Text), admission.MaxOutputTokens));
        var cost = Math.Min((prompt + completion) * model.MicroCreditsPerToken, admission.Reserved);
        return new Charge(prompt, completion, cost, response.AdditionalProperties?[FailoverChatClient.AttemptProperty] as string ?? "");
    }

    /// <summary>Charges a reply and gives back the rest of its reservation; in the transaction that stores the reply.</summary>
    public Task SettleAsync(DbSession session, Admission admission, Guid messageId, Charge charge, Timing timing) => store.SettleAsync(
        session,
        admission.Reserved,
        new QuotaStore.UsageRow(
            admission.Channel.ChannelId,
            messageId,
            admission.ModelId,
            charge.Attempt,
            charge.PromptTokens,
            charge.CompletionTokens,
            charge.MicroCredits,
            (long)timing.Duration.TotalMilliseconds,
            (long?)timing.FirstToken?.TotalMilliseconds,
            time.GetUtcNow()));

    /// <summary>Whether a reply has been charged: for whoever lost the reply to its commit.</summary>
    public Task<bool> IsSettledAsync(DbSession session, Guid messageId) => store.IsSettledAsync(session, messageId);

    /// <summary>Gives back the credits and the place in the day of a message whose reply failed; in the transaction that fails the turn.</summary>
    public Task ReleaseAsync(DbSession session, long channelId, long reserved, int day) => store.ReleaseAsync(session, channelId, reserved, day);

    private static int Covered(long reserved, int promptTokens, int output, Model model) => model.MicroCreditsPerToken == 0
        ? output
        : (int)Math.Min(output, (reserved / model.MicroCreditsPerToken) - promptTokens);

    private static (int Prompt, int Completion)? Credible(UsageDetails? usage, Model model) =>
        usage is { InputTokenCount: { } prompt and >= 0, OutputTokenCount: { } completion and >= 0 }
        && prompt <= model.ContextTokens && completion <= model.ContextTokens
            ? ((int)prompt, (int)completion)
            : null;

    private static ChatError? Refusal(Account? account, QuotaStore.AdmitArguments asked, DateTimeOffset now)
    {
        // The channel was deleted after its key was looked up.
        if (account is null)
            return ChatError.InvalidApiKey;
        if (account.MinuteNo >= asked.Minute && account.MinuteCount >= asked.PerMinute)
            return ChatError.RateLimitExceeded(QuotaWindow.EndOfMinute(account.MinuteNo) - now);
        if (account.DayNo >= asked.Day && account.DayCount >= asked.PerDay)
            return ChatError.DailyLimitExceeded(QuotaWindow.EndOfDay(account.DayNo) - now);
        return account.Allocated - account.Consumed - account.Reserved < asked.Floor ? ChatError.CreditsExhausted : null;
    }

    // A model that configuration no longer has answers as the default one would: the channel stays up, at its price.
    private Model ModelOf(Channel channel) => catalogue.Find(channel.Settings.Model) ?? catalogue.Find(ModelCatalogue.DefaultModel)!;
}
