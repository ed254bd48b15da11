using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Copying;

/// <summary>A test with a store to copy from, migrated, and a place to copy to, where nothing is yet.</summary>
public abstract class CopyTest : IAsyncLifetime
{
    private protected TemporaryStore Source { get; } = new();

    private protected TemporaryStore Target { get; } = new();

    private protected string Folder => Path.GetDirectoryName(Source.FilePath)!;

    private protected string To => $"sqlite:{Target.FilePath}";

    public virtual Task InitializeAsync() => Source.MigrateAsync();

    public Task DisposeAsync()
    {
        Source.Dispose();
        Target.Dispose();
        return Task.CompletedTask;
    }
}
