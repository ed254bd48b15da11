using Chat.Server.Administration;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Http;
using Chat.Server.Providers;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Benchmarks;

/// <summary>The product's services, as the program registers them, over a database of their own; nothing listens.</summary>
internal sealed class BenchedService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly bool _ownsFolder;

    private BenchedService(WebApplication app, string folder, bool ownsFolder)
    {
        _app = app;
        _folder = folder;
        _ownsFolder = ownsFolder;
    }

    public string DatabasePath => Path.Combine(_folder, "chat.db");

    /// <summary>Starts on a database that is there already, in a folder of its caller's; else on a new one, which goes with it.</summary>
    public static async Task<BenchedService> StartAsync(string? existing = null)
    {
        var folder = existing ?? Directory.CreateTempSubdirectory("chat-bench-").FullName;
        // As the program: a watcher would be woken by every write to a database below the working directory.
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Configuration.AddInMemoryCollection([new("Storage:Path", Path.Combine(folder, "chat.db"))]);
        builder.Logging.ClearProviders();
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddWire()
            .AddStorage()
            .AddProviders(builder.Configuration)
            .AddChannels()
            .AddQuotas()
            .AddConversations()
            .AddAdministration();
        var service = new BenchedService(builder.Build(), folder, ownsFolder: existing is null);
        await service.Get<Migrator>().MigrateAsync(CancellationToken.None);
        return service;
    }

    public IServiceProvider Services => _app.Services;

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A channel whose limits and credits no measurement meets.</summary>
    public async Task<Channel> CreateChannelAsync()
    {
        var made = await CreateAsync();
        return (await Get<ChannelStore>().FindAsync(made.Id, CancellationToken.None))!;
    }

    /// <summary>The key of another such channel.</summary>
    public async Task<string> CreateKeyAsync() => (await CreateAsync()).Key!;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_ownsFolder)
            Directory.Delete(_folder, recursive: true);
    }

    private Task<ChannelResponse> CreateAsync() => Get<CreateChannel>().HandleAsync(
        new CreateChannelRequest { Name = "Benchmark", RequestsPerMinute = 100_000, RequestsPerDay = 100_000_000, Credits = Credits.MaxGrant }, publicId: null, CancellationToken.None);
}
