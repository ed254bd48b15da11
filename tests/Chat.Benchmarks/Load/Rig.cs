using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>Everything that runs beside this process: upstream and YARP for the whole of it, services one after the other. It all ends with it, by id.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly LoadOptions _options;
    private readonly string _folder;

    private Rig(LoadOptions options, string folder)
    {
        _options = options;
        _folder = folder;
        Driver = !options.OwnDriver && Wrk.IsThere ? new Wrk(folder) : new OwnDriver();
    }

    public Runs Runs { get; } = new();

    public IDriver Driver { get; }

    public ServerProcess Upstream { get; private set; } = null!;

    public ServerProcess Forward { get; private set; } = null!;

    private string Published { get; set; } = "";

    public static async Task<Rig> StartAsync(LoadOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        var rig = new Rig(options, Directory.CreateTempSubdirectory("chat-load-").FullName);
        try
        {
            rig.Published = options.Published ?? Path.Combine(rig._folder, "published");
            if (options.Published is null)
            {
                await progress.WriteLineAsync("publishing the service");
                await PublishedService.PublishAsync(rig.Published, cancellationToken);
            }

            rig.Upstream = await rig.OwnAsync(["upstream", options.Think.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            rig.Forward = await rig.OwnAsync(["forward", rig.Upstream.Address.GetLeftPart(UriPartial.Authority)], cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a service in a folder of its own.</summary>
    /// <param name="name">The folder's name.</param>
    /// <param name="prepare">Puts a database there, as <c>chat.db</c>, or nothing.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<PublishedService> StartServiceAsync(string name, Func<string, Task> prepare, CancellationToken cancellationToken)
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        await prepare(data);
        return await PublishedService.StartAsync(Published, data, Upstream.Address, _options, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Forward is not null)
            await Forward.DisposeAsync();
        if (Upstream is not null)
            await Upstream.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // This program again, with a verb that its usage does not name.
    private Task<ServerProcess> OwnAsync(string[] arguments, CancellationToken cancellationToken) => ServerProcess.StartAsync(
        Path.Combine(_folder, $"{arguments[0]}.log"), [Path.Combine(AppContext.BaseDirectory, "Chat.Benchmarks.dll"), .. arguments], [], cancellationToken);
}
