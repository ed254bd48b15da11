using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Storage;

namespace Chat.Server.Tests.Faults;

/// <summary>A channel is changed while a request is between two of its steps, held there by a database that waits.</summary>
public sealed class ChangeInFlightTests
{
    [Theory]
    [InlineData("disable", 403)]
    [InlineData("rotate", 401)]
    [InlineData("delete", 401)]
    public async Task A_look_up_that_read_the_former_row_does_not_bring_it_back(string change, int status)
    {
        await using var service = await FaultyService.StartAsync();
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holds = 1;
        service.Plan(async moment =>
        {
            if (!moment.Is(Step.Executed, "WHERE key_hash = @keyHash") || Interlocked.Exchange(ref holds, 0) == 0)
                return;
            read.SetResult();
            await release.Task;
        });
        var held = service.App.GetAsync(service.Channel, "/history?session_id=s");
        await read.Task;

        await ChangeAsync(service, change);
        release.SetResult();

        // The request itself was under way before the change, and may be answered by what it read.
        Assert.Equal(200, (int)(await held).StatusCode);
        for (var requests = 0; requests < 3; requests++)
        {
            using var after = await service.App.SendAsync(service.Channel, "hi");
            Assert.Equal(status, (int)after.StatusCode);
        }

        Assert.Empty(service.Upstream.Requests);
    }

    [Theory]
    [InlineData("disable", 403)]
    [InlineData("rotate", 401)]
    [InlineData("delete", 401)]
    public async Task A_message_whose_body_was_still_on_its_way_is_not_admitted(string change, int status)
    {
        await using var service = await FaultyService.StartAsync();
        var letIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Plan(moment =>
        {
            if (moment.Is(Step.Close, "WHERE key_hash = @keyHash"))
                letIn.TrySetResult();
            return Task.CompletedTask;
        });
        using var body = new SlowBody("""{"message":"hi","session_id":"s"}""");
        var sending = service.App.PostAsync(service.Channel.Key, body);
        await Task.WhenAll(body.HalfSent, letIn.Task);

        await ChangeAsync(service, change);
        body.SendRest();

        using var response = await sending;
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(service.Upstream.Requests);
    }

    private static async Task ChangeAsync(FaultyService service, string change)
    {
        var path = $"/admin/v1/channels/{service.Channel.Id}";
        using var response = change switch
        {
            "disable" => await service.App.AdminAsync(HttpMethod.Patch, path, new JsonObject { ["active"] = false }),
            "rotate" => await service.App.AdminAsync(HttpMethod.Post, $"{path}/key/rotate"),
            "delete" => await service.App.AdminAsync(HttpMethod.Delete, path),
            _ => throw new ArgumentOutOfRangeException(nameof(change)),
        };
        Assert.True(response.IsSuccessStatusCode);
    }

    /// <summary>A body whose second half waits to be let go.</summary>
    private sealed class SlowBody : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly TaskCompletionSource _halfSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowBody(string json)
        {
            _bytes = Encoding.UTF8.GetBytes(json);
            Headers.ContentType = new("application/json");
        }

        public Task HalfSent => _halfSent.Task;

        public void SendRest() => _rest.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(0, _bytes.Length / 2));
            await stream.FlushAsync();
            _halfSent.SetResult();
            await _rest.Task;
            await stream.WriteAsync(_bytes.AsMemory(_bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
