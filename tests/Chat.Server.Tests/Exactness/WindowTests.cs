using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Providers;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;
using Microsoft.Extensions.Options;

namespace Chat.Server.Tests.Exactness;

/// <summary>The bar: 10,000 random schedules with clock jumps, the product's admission against a model of what windows mean.</summary>
public sealed class WindowTests : IAsyncLifetime
{
    private static readonly int Schedules = Extent.Of(10_000, oneIn: 5);
    private const int SchedulesPerTransaction = 500;

    private readonly TemporaryStore _store = new();
    private readonly FakeTime _time = new(ChatApp.Noon);
    private Database _database = null!;
    private QuotaStore _quotas = null!;
    private ChannelStore _channels = null!;
    private WindowWatch _watch = null!;
    private Meter _meter = null!;

    public async Task InitializeAsync()
    {
        await _store.MigrateAsync();
        _database = _store.Open();
        _quotas = new QuotaStore(_database);
        _channels = new ChannelStore(_database);
        _watch = new WindowWatch(_quotas, _time);
        // The guide costs nothing and asks nobody: only the windows decide.
        _meter = new Meter(_quotas, _watch, new ModelCatalogue(Options.Create(new ProvidersOptions())), null!, _time);
    }

    public Task DisposeAsync()
    {
        _store.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Ten_thousand_random_schedules_go_as_the_model_says()
    {
        var divergences = await RunAsync(Schedules, () => new WindowModel());
        Assert.True(divergences.Count == 0, $"{divergences.Count} divergences, the first: {divergences.FirstOrDefault()}");
    }

    [Fact]
    public async Task The_control_arm_a_window_that_refills_when_the_clock_goes_back_diverges()
    {
        Assert.NotEmpty(await RunAsync(SchedulesPerTransaction, () => new RefillingWindowModel()));
    }

    private async Task<List<string>> RunAsync(int schedules, Func<WindowModel> model)
    {
        List<string> divergences = [];
        foreach (var batch in Enumerable.Range(0, schedules).Chunk(SchedulesPerTransaction))
        {
            await _database.WriteAsync(
                async session =>
                {
                    foreach (var seed in batch)
                    {
                        if (await RunAsync(session, new WindowSchedule(seed), model()) is { } divergence)
                            divergences.Add($"seed {seed}: {divergence}");
                    }

                    return true;
                },
                CancellationToken.None);
        }

        return divergences;
    }

    private async Task<string?> RunAsync(DbSession session, WindowSchedule schedule, WindowModel model)
    {
        var channel = await CreateChannelAsync(session, schedule);
        List<Admission> admitted = [];
        string? waitedFor = null;
        _time.SetWallClock(new DateTimeOffset(schedule.Start));
        for (var step = 0; step < schedule.List.Count; step++)
        {
            var (move, happening, number) = schedule.List[step];
            // A client that has just waited as it was told asks at that very moment.
            if (waitedFor is null)
                _time.SetWallClock(_time.GetUtcNow() + move);
            if (happening == WindowEvent.ReplyFails && number < admitted.Count)
                await FailAsync(session, channel, admitted[number], () => model.Fail(number));
            if (happening == WindowEvent.LimitsChange && waitedFor is null)
                channel = channel with { Settings = channel.Settings with { RequestsPerMinute = number, RequestsPerDay = number * 2 } };

            var now = _time.GetUtcNow();
            var known = _watch.FullUntil(channel);
            var result = await _meter.AdmitAsync(session, channel, promptTokens: 10);
            var actual = result.Succeeded(out var admission, out var error) ? WindowVerdict.Admitted : Verdict(error);
            if (known is { } until && Verdict(ChatError.RateLimitExceeded(until - now)) != actual)
                return $"step {step} at {now:O}: {actual}, where the watch would refuse until {until:O}";
            var expected = model.Ask(now.UtcDateTime, channel.Settings.RequestsPerMinute, channel.Settings.RequestsPerDay);
            if (actual != expected)
                return $"step {step} at {now:O}: {actual}, where the model says {expected}";
            if (waitedFor is not null && actual.Refusal == waitedFor)
                return $"step {step} at {now:O}: waited exactly as told and was refused again: {actual}";
            if (admission is not null)
            {
                _meter.Committed(admission);
                admitted.Add(admission);
            }

            waitedFor = schedule.WaitsWhenRefused ? actual.Refusal : null;
            if (waitedFor is not null)
                _time.SetWallClock(now + TimeSpan.FromSeconds(actual.RetryAfter));
        }

        return null;
    }

    // A turn fails once: a second failure of the same message is no event.
    private async Task FailAsync(DbSession session, Channel channel, Admission admission, Action inModel)
    {
        if (!admission.TryUse())
            return;
        await _meter.ReleaseAsync(session, channel.ChannelId, admission.Reserved, admission.Day);
        inModel();
    }

    private async Task<Channel> CreateChannelAsync(DbSession session, WindowSchedule schedule)
    {
        var id = Guid.CreateVersion7(_time.GetUtcNow());
        var channel = new Channel
        {
            PublicId = id,
            Settings = new ChannelSettings { Name = "Windows", Model = ModelCatalogue.Guide, RequestsPerMinute = schedule.PerMinute, RequestsPerDay = schedule.PerDay },
            KeyHash = id.ToByteArray(),
            KeySealed = [1],
        };
        var channelId = await _channels.InsertAsync(session, channel);
        await _quotas.OpenAccountAsync(session, channelId);
        return channel with { ChannelId = channelId };
    }

    private static WindowVerdict Verdict(ChatError error) => new(error.Code, (int)Math.Ceiling(error.RetryAfter!.Value.TotalSeconds));
}
