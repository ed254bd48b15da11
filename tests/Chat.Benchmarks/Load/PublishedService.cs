using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Chat.Benchmarks.Load;

/// <summary>
/// The service as it is published, in Production, with nothing switched off: keys, limits, credits, storage, rendering, and a log
/// line for every request, in a file. Limits and credits are so high that no load meets them.
/// </summary>
internal sealed class PublishedService : IAsyncDisposable
{
    /// <summary>A channel's minute holds 100,000 requests at most: these together take 26,000 a second.</summary>
    public const int UsualChannels = 16;

    /// <summary>What every channel tells the model first.</summary>
    public const string SystemPrompt = "You answer questions of visitors of a bicycle shop. Be brief and friendly, and say so when you do not know.";

    private const string AdminToken = "load-bench-admin-token-of-a-good-length";

    private readonly ServerProcess _process;
    private readonly HttpClient _admin;

    private PublishedService(ServerProcess process, string databasePath)
    {
        _process = process;
        DatabasePath = databasePath;
        _admin = new HttpClient { BaseAddress = new Uri(process.Address, "/admin/v1/"), Timeout = TimeSpan.FromMinutes(30) };
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
    }

    public ServerProcess Process => _process;

    public string DatabasePath { get; }

    /// <summary>Publishes the service, as for an installation by hand.</summary>
    /// <param name="output">The folder to publish to.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task PublishAsync(string output, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", ["publish", "src/Chat.Server", "-c", "Release", "-o", output, "-nologo", "-v:q", "-p:UseSharedCompilation=false", "-nodeReuse:false"])
        {
            WorkingDirectory = RepositoryRoot(),
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var publish = System.Diagnostics.Process.Start(start)!;
        try
        {
            var said = await publish.StandardOutput.ReadToEndAsync(cancellationToken);
            await publish.WaitForExitAsync(cancellationToken);
            if (publish.ExitCode != 0)
                throw new LoadFailedException($"dotnet publish failed:\n{said}");
        }
        finally
        {
            if (!publish.HasExited)
                publish.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="published">The folder it was published to.</param>
    /// <param name="data">A folder for its database and its log; a database that is there already is used.</param>
    /// <param name="upstream">The only provider.</param>
    /// <param name="options">Durability and settings of the run.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<PublishedService> StartAsync(string published, string data, Uri upstream, LoadOptions options, CancellationToken cancellationToken)
    {
        var database = Path.Combine(data, "chat.db");
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            // As the image has it.
            ["MALLOC_ARENA_MAX"] = "2",
            ["Storage__Path"] = database,
            ["Storage__Durability"] = options.Durability,
            ["Admin__Token"] = AdminToken,
            ["Providers__mock__BaseUrl"] = new Uri(upstream, "/v1").AbsoluteUri,
            ["Providers__mock__ApiKey"] = "of-no-use",
        };
        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        var process = await ServerProcess.StartAsync(Path.Combine(data, "service.log"), [Path.Combine(published, "Chat.Server.dll")], settings, cancellationToken);
        return new PublishedService(process, database);
    }

    /// <summary>Makes channels over the administration surface and gives them as callers without a session.</summary>
    public async Task<IReadOnlyList<Caller>> CreateChannelsAsync(int count, CancellationToken cancellationToken)
    {
        List<Caller> callers = [];
        for (var number = 0; number < count; number++)
        {
            var settings = new JsonObject
            {
                ["name"] = "Load bench",
                ["system_prompt"] = SystemPrompt,
                ["requests_per_minute"] = 100_000,
                ["requests_per_day"] = 100_000_000,
                ["credits"] = 100_000_000,
            };
            using var response = await _admin.PostAsJsonAsync("channels", settings, cancellationToken);
            response.EnsureSuccessStatusCode();
            var channel = (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
            callers.Add(new Caller((string)channel["key"]!, ""));
        }

        return callers;
    }

    /// <summary>What the service's own audit finds wrong.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync(CancellationToken cancellationToken)
    {
        var audit = (await _admin.GetFromJsonAsync<JsonObject>("audit", cancellationToken))!;
        return [.. audit["violations"]!.AsArray().Select(violation => violation!.ToJsonString())];
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _process.DisposeAsync();
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Chat.sln")))
                return folder.FullName;
        }

        throw new LoadFailedException("Chat.sln is in no folder above this program: name a published service with --published.");
    }
}
