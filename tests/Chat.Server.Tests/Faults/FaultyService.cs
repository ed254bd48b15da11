using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Faults;

/// <summary>The real application on a database that fails when a plan says so, with an upstream and one channel.</summary>
internal sealed class FaultyService : IAsyncDisposable
{
    /// <summary>What every reply costs: 41 and 9 tokens at the rate 1.</summary>
    public const long Cost = 50_000;

    private Func<Moment, Task> _plan = _ => Task.CompletedTask;

    private FaultyService(FakeUpstream upstream, TimeSpan? budget, Func<string, string>? rewrite)
    {
        Upstream = upstream;
        App = new ChatApp
        {
            Decorate = inner => new FaultyDatabase(inner, Fail, budget, App!.Log.CreateLogger("store")) { Rewrite = rewrite ?? (text => text) },
        };
        App.WithProvider("mock", upstream);
    }

    public FakeUpstream Upstream { get; }

    public ChatApp App { get; }

    public TestChannel Channel { get; private set; } = null!;

    /// <param name="budget">How long transient faults are tried again; null: as long as in production.</param>
    /// <param name="rewrite">What statements are sent as; null: as they are.</param>
    public static async Task<FaultyService> StartAsync(TimeSpan? budget = null, Func<string, string>? rewrite = null)
    {
        var service = new FaultyService(await FakeUpstream.StartAsync(), budget, rewrite);
        service.Channel = await service.App.CreateChannelAsync(new JsonObject
        {
            ["credits"] = 1_000_000,
            ["requests_per_minute"] = 100_000,
            ["requests_per_day"] = 1_000_000,
        });
        return service;
    }

    /// <summary>From now on this decides what fails.</summary>
    public void Plan(Func<Moment, Exception?> plan) => Plan(moment => plan(moment) is { } fault ? Task.FromException(fault) : Task.CompletedTask);

    /// <summary>From now on this decides what fails, and what must wait.</summary>
    public void Plan(Func<Moment, Task> plan) => Volatile.Write(ref _plan, plan);

    /// <summary>From now on nothing fails.</summary>
    public void Mend() => Plan(_ => Task.CompletedTask);

    /// <summary>Loses the connection once, at the first such moment.</summary>
    public void LoseConnectionOnce(Step step, string word)
    {
        var left = 1;
        Plan(moment => moment.Is(step, word) && Interlocked.Exchange(ref left, 0) == 1 ? SqlFault.Of(10054, 20) : null);
    }

    public async Task<HttpResponseMessage> GrantAsync(int credits, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/admin/v1/channels/{Channel.Id}/credits")
        {
            Content = JsonContent.Create(new JsonObject { ["credits"] = credits }),
        };
        request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await App.Client.SendAsync(request);
    }

    public async Task<string> AuditAsync()
    {
        using var response = await App.AdminAsync(HttpMethod.Get, "/admin/v1/audit");
        return (await response.JsonAsync())["violations"]!.ToJsonString();
    }

    public long Scalar(string sql) => Rows.Scalar(App, sql);

    public async ValueTask DisposeAsync()
    {
        Mend();
        await App.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private Task Fail(Moment moment) => Volatile.Read(ref _plan)(moment);
}
