using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;
using Xunit.Abstractions;

namespace Chat.Server.Tests.Exactness;

/// <summary>
/// The bar: while 200 requests a second come in, over three processes, a channel is disabled, its key rotated, and another one deleted. Where the
/// change was made it is seen by the next request; elsewhere within 5 seconds; and once seen it stays, whatever was under way.
/// </summary>
[Collection(ProcessTests.Name)]
public sealed class ChangesUnderLoadTests(ITestOutputHelper output)
{
    private const int PerSecond = 200;

    // From when a change was answered: the former row was read before it was kept.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1), After = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task A_change_is_seen_here_at_once_and_elsewhere_within_5_seconds_and_never_undone()
    {
        await using var deployment = await Deployment.StartAsync(processes: 3);
        // Slow replies: chats are always under way when something changes.
        deployment.Upstream.OnRequest = async (_, context) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System);
            await FakeUpstream.Answer(context, "A reply.");
        };
        Watched[] channels =
        [
            await WatchedAsync(deployment, 403, (client, id) => AdminAsync(client, HttpMethod.Patch, $"/{id}", new JsonObject { ["active"] = false })),
            await WatchedAsync(deployment, 401, (client, id) => AdminAsync(client, HttpMethod.Post, $"/{id}/key/rotate")),
            await WatchedAsync(deployment, 401, (client, id) => AdminAsync(client, HttpMethod.Delete, $"/{id}")),
        ];
        var here = deployment.Processes[0].Client;

        using var over = new CancellationTokenSource();
        var load = LoadAsync([.. deployment.Processes.Select(process => process.Client)], channels, over.Token);
        await Task.Delay(Before, TimeProvider.System);
        foreach (var channel in channels)
        {
            await channel.Change(here, channel.Id);
            channel.ChangedAt = TimeProvider.System.GetTimestamp();
        }

        await Task.Delay(After, TimeProvider.System);
        await over.CancelAsync();
        await load;

        foreach (var channel in channels)
        {
            output.WriteLine(channel.Tally());
            Assert.Empty(channel.Faults(MaxAge));
        }

        // The control: something is remembered elsewhere, and the same history is found out by a bar that it does not hold.
        Assert.NotEmpty(channels.SelectMany(channel => channel.Faults(TimeSpan.Zero)));
        Assert.True(channels.Sum(channel => channel.Requests) > PerSecond * 4, "The machine did not keep up: there was no load to speak of.");
        Assert.Empty(deployment.Books.Faults());
    }

    // Every request is begun at its time, whatever became of those before it.
    private static async Task LoadAsync(HttpClient[] clients, Watched[] channels, CancellationToken cancellationToken)
    {
        List<Task> calls = [];
        var random = new Random(20260405);
        var started = TimeProvider.System.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            var due = (int)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * PerSecond);
            for (; calls.Count < due; calls.Add(channels[random.Next(channels.Length)].CallAsync(clients, random.Next(clients.Length), isChat: random.Next(4) == 0)))
            {
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }

        await Task.WhenAll(calls);
    }

    private static async Task<Watched> WatchedAsync(Deployment deployment, int refusal, Func<HttpClient, string, Task> change)
    {
        var settings = new JsonObject { ["name"] = "Watched", ["requests_per_minute"] = 100_000, ["requests_per_day"] = 1_000_000, ["credits"] = 1_000_000 };
        var channel = await AdminAsync(deployment.Processes[0].Client, HttpMethod.Post, "", settings);
        return new Watched((string)channel!["id"]!, (string)channel["key"]!, refusal, change);
    }

    private static async Task<JsonNode?> AdminAsync(HttpClient client, HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/admin/v1/channels{path}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
        using var response = await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode);
        var text = await response.Content.ReadAsStringAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>A channel, and how each of its requests ended.</summary>
    private sealed class Watched(string id, string key, int refusal, Func<HttpClient, string, Task> change)
    {
        private readonly ConcurrentBag<(int Process, long Begun, long Ended, int Status)> _calls = [];

        public string Id => id;

        public Func<HttpClient, string, Task> Change => change;

        public long ChangedAt { get; set; }

        public int Requests => _calls.Count;

        public async Task CallAsync(HttpClient[] clients, int process, bool isChat)
        {
            var begun = TimeProvider.System.GetTimestamp();
            var status = isChat ? (await clients[process].ChatAsync(key, $"at {begun}")).Status : await HistoryAsync(clients[process]);
            _calls.Add((process, begun, TimeProvider.System.GetTimestamp(), status));
        }

        public IEnumerable<string> Faults(TimeSpan maxAge)
        {
            foreach (var (process, begun, _, status) in _calls)
            {
                var seen = process == 0 ? TimeSpan.Zero : maxAge;
                // While a channel is being deleted it is stopped already, and the turn of a chat that was under way goes with it.
                if (status != 200 && status != refusal && !(status is 403 or 500 && begun < ChangedAt))
                    yield return $"status {status}";
                else if (begun > ChangedAt && Since(begun) >= seen && status != refusal)
                    yield return $"process {process} answered {status} to a request that began {Since(begun).TotalSeconds:F3} s after the change";
            }

            // Once a process has refused, it refuses every request that begins later.
            foreach (var calls in _calls.GroupBy(call => call.Process))
            {
                var firstRefusal = calls.Where(call => call.Status == refusal).Select(call => call.Ended).DefaultIfEmpty(long.MaxValue).Min();
                foreach (var call in calls.Where(call => call.Begun > firstRefusal && call.Status == 200))
                    yield return $"process {calls.Key} answered again {Since(call.Begun).TotalSeconds:F3} s after the change";
            }
        }

        public string Tally()
        {
            var late = _calls.Where(call => call.Process != 0 && call.Begun > ChangedAt && call.Status == 200).Select(call => Since(call.Begun).TotalSeconds).DefaultIfEmpty(0).Max();
            var counts = string.Join(", ", _calls.GroupBy(call => (call.Process, call.Status)).OrderBy(group => group.Key).Select(group => $"process {group.Key.Process}: {group.Count()} x {group.Key.Status}"));
            return $"{counts}; the last that was let in elsewhere began {late:F2} s after the change";
        }

        private TimeSpan Since(long begun) => TimeProvider.System.GetElapsedTime(ChangedAt, begun);

        private async Task<int> HistoryAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/history?session_id=s");
            request.Headers.Add("X-API-Key", key);
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }
}
