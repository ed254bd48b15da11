using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

/// <summary>One application for all tests of a class, where each makes channels of its own and needs no others gone.</summary>
public sealed class SharedApp : IAsyncLifetime
{
    public ChatApp App { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await App.DisposeAsync();
}
