using Chat.Server.Providers.Guide;
using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Providers;

public sealed class GuideChatClientTests
{
    private const string Shop = """
        # Opening hours
        Monday to Friday, 9 to 17.

        # Delivery
        ## How much is shipping?
        Five euros.

        ## How long does delivery take?
        Two days. In **Germany** one.

        # Returns
        Within 30 days, with the receipt. Für Österreich gilt dasselbe.
        """;

    [Fact]
    public async Task The_answer_is_the_section_word_for_word_and_where_it_is_from()
    {
        using var talk = new GuideTalk(Shop);

        var reply = await talk.AskAsync("how long does a delivery take");

        Assert.StartsWith("Two days. In **Germany** one.\n\n— From: **Delivery › How long does delivery take?**", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SHIPPING?", "How much is shipping?")]
    [InlineData("shiping costs", "How much is shipping?")]
    [InlineData("osterreich", "Returns")]
    [InlineData("can I return something", "Returns")]
    public async Task Case_accents_endings_and_slips_do_not_matter(string question, string heading)
    {
        using var talk = new GuideTalk(Shop);

        Assert.Contains(heading, GuideTalk.SourceOf(await talk.AskAsync(question)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lone_word_that_one_text_mentions_is_taken_for_what_is_meant()
    {
        using var talk = new GuideTalk(Shop);

        Assert.Equal("Returns", GuideTalk.SourceOf(await talk.AskAsync("do I need the receipt?")));
    }

    [Fact]
    public async Task One_word_of_several_that_a_text_mentions_is_no_evidence()
    {
        using var talk = new GuideTalk(Shop);

        Assert.Null(GuideTalk.SourceOf(await talk.AskAsync("who lost the receipt of Napoleon?")));
        Assert.Null(GuideTalk.SourceOf(await talk.AskAsync("euros in Napoleon's pocket")));
    }

    [Fact]
    public async Task What_the_knowledge_does_not_say_is_not_known_and_the_contact_is_given()
    {
        using var talk = new GuideTalk(Shop, "[hello@example.com](mailto:hello@example.com)");

        var reply = await talk.AskAsync("do you sell gift cards?");

        Assert.StartsWith("I do not know", reply, StringComparison.Ordinal);
        Assert.Contains("[hello@example.com](mailto:hello@example.com)", reply, StringComparison.Ordinal);
        Assert.Null(GuideTalk.SourceOf(reply));
    }

    [Fact]
    public async Task Without_a_contact_no_contact_is_promised()
    {
        using var talk = new GuideTalk(Shop);

        Assert.DoesNotContain("people behind", await talk.AskAsync("do you sell gift cards?"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hello!")]
    [InlineData("hi there")]
    [InlineData("good morning")]
    [InlineData("help")]
    [InlineData("what can you do?")]
    [InlineData("?")]
    [InlineData("👋")]
    public async Task Small_talk_is_answered_with_what_can_be_asked(string greeting)
    {
        using var talk = new GuideTalk(Shop);

        Assert.Contains("- Opening hours\n- Delivery\n- Returns", await talk.AskAsync(greeting), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("thanks!")]
    [InlineData("thank you very much")]
    public async Task Thanks_are_taken(string thanks)
    {
        using var talk = new GuideTalk(Shop);

        Assert.StartsWith("You are welcome", await talk.AskAsync("shipping", thanks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_greeting_before_a_question_is_a_question()
    {
        using var talk = new GuideTalk(Shop);

        Assert.Equal("Opening hours", GuideTalk.SourceOf(await talk.AskAsync("Hi there, what are your opening hours? Thanks!")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t ")]
    public async Task Without_knowledge_it_says_so(string knowledge)
    {
        using var talk = new GuideTalk(knowledge, "Call us.");

        var reply = await talk.AskAsync("hello");

        Assert.Contains("anything to answer from", reply, StringComparison.Ordinal);
        Assert.EndsWith("Call us.", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_context_it_says_that_it_has_nothing_to_answer_from()
    {
        using var guide = new GuideChatClient();

        var response = await guide.GetResponseAsync("hello");

        Assert.Contains("anything to answer from", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Knowledge_of_nothing_but_headings_gives_no_answer_and_no_failure()
    {
        using var talk = new GuideTalk("# \n## \n#");

        Assert.StartsWith("I do not know", await talk.AskAsync("shipping"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_question_is_the_last_text_of_the_last_user_message()
    {
        using var talk = new GuideTalk(Shop);

        var reply = await talk.ContinueAsync(
            new(ChatRole.System, "returns"),
            new(ChatRole.User, [new TextContent("page: Returns and receipts"), new TextContent("How much is shipping?")]),
            new(ChatRole.System, "opening hours"));

        Assert.Equal("Delivery › How much is shipping?", GuideTalk.SourceOf(reply));
    }

    [Fact]
    public async Task The_usage_is_estimated_and_the_reply_is_finished()
    {
        using var talk = new GuideTalk(Shop);
        using var guide = new GuideChatClient();

        var response = await guide.GetResponseAsync([new ChatMessage(ChatRole.User, "shipping")], talk.Options());

        Assert.Equal((2, (response.Text.Length + 3) / 4), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal(response.Usage.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
        Assert.Equal((ChatFinishReason.Stop, "guide"), (response.FinishReason, response.ModelId));
        Assert.Equal(ChatRole.Assistant, Assert.Single(response.Messages).Role);
    }

    [Fact]
    public async Task The_stream_is_the_same_reply_in_a_few_pieces()
    {
        using var talk = new GuideTalk(Shop);
        using var guide = new GuideChatClient();
        ChatMessage[] question = [new(ChatRole.User, "how long does delivery take?")];

        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in guide.GetStreamingResponseAsync(question, talk.Options()))
            updates.Add(update);

        Assert.True(updates.Count > 2);
        Assert.Equal((await guide.GetResponseAsync(question, talk.Options())).Text, string.Concat(updates.Select(update => update.Text)));
        Assert.Equal([ChatFinishReason.Stop], updates.Select(update => update.FinishReason).OfType<ChatFinishReason>());
        Assert.Single(updates.SelectMany(update => update.Contents).OfType<UsageContent>());
    }

    [Fact]
    public async Task A_cancelled_token_ends_the_answer_before_and_between_its_pieces()
    {
        using var talk = new GuideTalk(Shop);
        using var guide = new GuideChatClient();
        using var cancellation = new CancellationTokenSource();
        ChatMessage[] question = [new(ChatRole.User, "how long does delivery take?")];

        await using var stream = guide.GetStreamingResponseAsync(question, talk.Options(), cancellation.Token).GetAsyncEnumerator(cancellation.Token);
        Assert.True(await stream.MoveNextAsync());
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.MoveNextAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guide.GetResponseAsync(question, talk.Options(), cancellation.Token));
    }

    [Fact]
    public void It_tells_who_it_is()
    {
        using var guide = new GuideChatClient();

        Assert.Equal("guide", guide.GetService<ChatClientMetadata>()?.DefaultModelId);
        Assert.Same(guide, guide.GetService<IChatClient>());
        Assert.Null(guide.GetService(typeof(string)));
        Assert.Null(guide.GetService(typeof(IChatClient), "another"));
    }
}
