using Microsoft.Extensions.AI;

namespace Chat.Server.Tests.Providers;

public sealed class GuideFollowUpTests
{
    [Theory]
    [InlineData("How do I call the API with curl?", "and in Python?", "Python")]
    [InlineData("How do I call the API with curl?", "what about PHP", "PHP")]
    [InlineData("How do sessions work?", "when does it expire?", "expire")]
    [InlineData("What are credits?", "how do I get more of them? top up?", "top up")]
    public async Task A_short_follow_up_is_understood_from_the_question_before(string first, string second, string heading)
    {
        using var talk = new GuideTalk(GuideTalk.DemoKnowledge);

        Assert.Contains(heading, GuideTalk.SourceOf(await talk.AskAsync(first, second)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_follow_up_about_something_else_is_not_answered_by_the_question_before()
    {
        using var talk = new GuideTalk(GuideTalk.DemoKnowledge);

        Assert.Null(GuideTalk.SourceOf(await talk.AskAsync("How do I call the API?", "and the weather in Paris?")));
    }

    [Fact]
    public async Task Tell_me_more_goes_on_with_a_section_that_was_not_quoted_yet()
    {
        using var talk = new GuideTalk("# Delivery to Austria\nThree days.\n# Delivery to Germany\nOne day.");
        ChatMessage question = new(ChatRole.User, "delivery");
        var first = await talk.ContinueAsync(question);

        var second = await talk.ContinueAsync(question, new(ChatRole.Assistant, first), new(ChatRole.User, "tell me more"));

        Assert.NotNull(GuideTalk.SourceOf(second));
        Assert.NotEqual(GuideTalk.SourceOf(first), GuideTalk.SourceOf(second));
    }
}
