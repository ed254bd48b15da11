using Chat.Client;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Conversations;

public sealed class FailedHistoryTests : AppTest
{
    [Fact]
    public async Task A_message_and_its_reply_share_the_id_of_their_turn()
    {
        var answer = await App.AskAsync(Channel, "one");
        var history = await App.HistoryAsync(Channel);
        Assert.All(history, message => Assert.Equal(((string)answer["message_id"]!, "done"), ((string)message!["message_id"]!, (string)message["status"]!)));
        Assert.All(history, message => Assert.False(message!.AsObject().ContainsKey("code")));
    }

    [Fact]
    public async Task A_question_whose_reply_failed_is_there_only_where_it_is_asked_for_and_says_why()
    {
        await App.AskAsync(Channel, "one");
        Upstream.RepliesRaw(500, "text/plain", "sk-upstream says no");
        await App.SendAsync(Channel, "two");

        Assert.Equal(2, (await App.HistoryAsync(Channel)).Count);
        using var response = await App.GetAsync(Channel, "/history?session_id=session-1&include_failed=true");
        var messages = (await response.JsonAsync())["messages"]!.AsArray();
        Assert.Equal(3, messages.Count);
        Assert.Equal(
            ("user", "two", "failed", "ai_service_error"),
            ((string)messages[2]!["role"]!, (string)messages[2]!["content"]!, (string)messages[2]!["status"]!, (string)messages[2]!["code"]!));
    }

    [Fact]
    public async Task The_client_gives_failed_questions_and_their_codes()
    {
        Upstream.RepliesRaw(500, "text/plain", "no");
        await App.SendAsync(Channel, "two");
        var client = new ChatApiClient(App.CreateClient(), new ChatClientOptions { BaseUrl = App.Client.BaseAddress, ApiKey = Channel.Key });

        Assert.Empty(await client.GetHistoryAsync("session-1"));
        var failed = Assert.Single(await client.GetHistoryAsync("session-1", includeFailed: true));

        Assert.Equal((ChatHistoryMessage.FailedStatus, ChatErrorCodes.AiServiceError), (failed.Status, failed.Code));
        Assert.NotNull(failed.MessageId);
    }

    [Fact]
    public async Task A_question_that_is_being_answered_is_pending()
    {
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Upstream.OnRequest = async (_, context) =>
        {
            asked.SetResult();
            await release.Task;
            await FakeUpstream.Answer(context, "late");
        };
        var sending = App.SendAsync(Channel, "slow");
        await asked.Task;

        var pending = Assert.Single(await App.HistoryAsync(Channel));

        Assert.Equal("pending", (string)pending!["status"]!);
        release.SetResult();
        using var answered = await sending;
        Assert.Equal((string)(await answered.JsonAsync())["message_id"]!, (string)pending["message_id"]!);
    }

    [Fact]
    public async Task A_word_other_than_true_and_false_is_a_bad_request_in_the_shape_of_every_error()
    {
        using var response = await App.GetAsync(Channel, "/history?session_id=session-1&include_failed=perhaps");
        Assert.Equal(400, (int)response.StatusCode);
        Assert.NotNull((await response.JsonAsync())["code"]);
    }
}
