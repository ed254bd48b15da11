namespace Chat.Server.Tests.Infrastructure;

/// <summary>What most scenarios start from: the application, an upstream that it asks, and one channel.</summary>
public abstract class AppTest : IAsyncLifetime
{
    protected FakeUpstream Upstream { get; private set; } = null!;

    protected ChatApp App { get; private set; } = null!;

    protected TestChannel Channel { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Upstream = await FakeUpstream.StartAsync();
        App = Configure(new ChatApp().WithProvider("mock", Upstream));
        Channel = await App.CreateChannelAsync();
    }

    public async Task DisposeAsync()
    {
        await TearDownAsync();
        await App.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Sets what a class of tests needs set.</summary>
    protected virtual ChatApp Configure(ChatApp app) => app;

    /// <summary>Ends what a class of tests has added.</summary>
    protected virtual Task TearDownAsync() => Task.CompletedTask;
}
