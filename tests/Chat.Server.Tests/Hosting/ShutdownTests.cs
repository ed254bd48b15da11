using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

public sealed class ShutdownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_reply_that_is_being_made_when_the_host_stops_is_finished_stored_and_charged()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var folder = Directory.CreateTempSubdirectory("chat-tests-");
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "Here I am.", promptTokens: 20, completionTokens: 30);
        };
        try
        {
            var app = new ChatApp(folder.FullName).WithProvider("mock", upstream);
            var channel = await app.CreateChannelAsync();
            var sending = app.SendAsync(channel, "Are you there?");
            await asked.Task.WaitAsync(Patience);

            var stopping = app.DisposeAsync().AsTask();
            Assert.False(stopping.IsCompleted);
            release.SetResult();
            await stopping.WaitAsync(Patience);
            await Record.ExceptionAsync(() => sending.WaitAsync(Patience));

            await using var next = new ChatApp(folder.FullName);
            var history = await next.HistoryAsync(channel);
            Assert.Equal(["Are you there?", "Here I am."], history.Select(message => (string)message!["content"]!));
            var account = await next.ReadChannelAsync(channel);
            Assert.Equal((0.05m, 0m), ((decimal)account["credits_consumed"]!, (decimal)account["credits_reserved"]!));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
