using Chat.Server.Errors;
using Chat.Server.Providers;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>How a call ended, whole or streamed.</summary>
/// <param name="Text">What was said.</param>
/// <param name="Error">The documented failure, if there was one.</param>
/// <param name="Attempt">Who answered.</param>
/// <param name="Usage">The tokens that were reported.</param>
internal sealed record Ending(string Text, ChatError? Error, string? Attempt = null, UsageDetails? Usage = null);

/// <summary>The capability by itself, with two upstreams over real HTTP, <c>alpha</c> before <c>beta</c>, and a clock that the test owns.</summary>
internal sealed class TwoProviders : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TwoProviders(FakeUpstream alpha, FakeUpstream beta, (string Key, string Value)[] settings)
    {
        (Alpha, Beta) = (alpha, beta);
        var configuration = new ConfigurationManager();
        configuration["Providers:alpha:BaseUrl"] = alpha.BaseUrl;
        configuration["Providers:beta:BaseUrl"] = beta.BaseUrl;
        configuration["Providers:alpha:Retries"] = configuration["Providers:beta:Retries"] = "0";
        foreach (var (key, value) in settings)
            configuration[key] = value;
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration).AddSingleton<TimeProvider>(Time).AddMetrics().AddLogging(logging => logging.AddProvider(Log));
        services.AddProviders(configuration);
        _services = services.BuildServiceProvider();
    }

    public FakeUpstream Alpha { get; }

    public FakeUpstream Beta { get; }

    public FakeTime Time { get; } = new(ChatApp.Noon);

    public LogCapture Log { get; } = new();

    public static async Task<TwoProviders> StartAsync(params (string Key, string Value)[] settings) =>
        new(await FakeUpstream.StartAsync(), await FakeUpstream.StartAsync(), settings);

    public IChatClient Client(string model = ModelCatalogue.DefaultModel, bool guideFallback = false) =>
        _services.GetRequiredService<ProviderDirectory>().ClientFor(_services.GetRequiredService<ModelCatalogue>().Find(model)!, ResponseProfile.Balanced, guideFallback);

    public static void Do(FakeUpstream upstream, UpstreamBehaviour behaviour) => upstream.OnRequest = (request, context) => behaviour(request, context);

    /// <summary>Asks to the end, in one of the two ways.</summary>
    public async Task<Ending> AskAsync(bool streamed, int maxOutputTokens = 256, string model = ModelCatalogue.DefaultModel, CancellationToken cancellationToken = default)
    {
        var options = new ChatOptions { MaxOutputTokens = maxOutputTokens };
        ChatMessage[] messages = [new(ChatRole.User, "What is the capital of France?")];
        List<ChatResponseUpdate> updates = [];
        try
        {
            if (!streamed)
                return Ended(await Client(model).GetResponseAsync(messages, options, cancellationToken));
            await foreach (var update in Client(model).GetStreamingResponseAsync(messages, options, cancellationToken))
                updates.Add(update);
            Assert.All(updates, update => Assert.True(update.Contents.Count > 0 || update.FinishReason is not null));
            return Ended(updates.ToChatResponse());
        }
        catch (ChatErrorException fault)
        {
            return new Ending(updates.ToChatResponse().Text, fault.Error);
        }
    }

    /// <summary>Waits until an upstream has been asked so often, then lets time pass.</summary>
    public async Task AfterAsync(FakeUpstream upstream, int requests, TimeSpan time)
    {
        await Eventually.TrueAsync(() => upstream.Requests.Count == requests);
        Time.Advance(time);
    }

    /// <summary>Lets time pass until something has happened: ten times as fast as it really does, so that answers are not late.</summary>
    public async Task PassUntilAsync(Func<bool> happened)
    {
        for (var step = 0; step < 10_000 && !happened(); step++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.True(happened());
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Alpha.DisposeAsync();
        await Beta.DisposeAsync();
    }

    private static Ending Ended(ChatResponse response) =>
        new(response.Text, null, response.AdditionalProperties?["chat.attempt"] as string, response.Usage);
}
