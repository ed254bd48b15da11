using System.Globalization;

namespace Chat.Server.Tests.Providers;

public sealed class GuideHostileInputTests
{
    [Theory]
    [InlineData("\"")]
    [InlineData("\"shipping")]
    [InlineData("NEAR(a b, 2)")]
    [InlineData("a AND")]
    [InlineData("OR OR OR")]
    [InlineData("NOT")]
    [InlineData("heading : x")]
    [InlineData("{heading body} : *")]
    [InlineData("^a + b*")]
    [InlineData("'; DROP TABLE sections; --")]
    [InlineData("sections MATCH 'x'")]
    [InlineData("a\0b\0\"c")]
    [InlineData("\ud800 lone \udc00")]
    [InlineData("😀🏳️‍🌈👩‍👩‍👧")]
    [InlineData("z̸̢̛̲a̵l̷g̶o̴")]
    [InlineData("\u202e rtl \u2066")]
    [InlineData("-- /* $query @p0 ?1")]
    public async Task No_search_syntax_of_a_visitor_is_ever_read_as_such(string question)
    {
        using var talk = new GuideTalk("# Shipping\nFive euros.\n# Returns\nNever.");

        Assert.NotEmpty(await talk.AskAsync(question));
        Assert.Equal("Shipping", GuideTalk.SourceOf(await talk.AskAsync("shipping")));
    }

    [Fact]
    public async Task A_negation_in_search_syntax_negates_nothing()
    {
        using var talk = new GuideTalk("# Shipping\nFive euros.\n# Returns\nNever.");

        Assert.Equal("Shipping", GuideTalk.SourceOf(await talk.AskAsync("shipping NOT shipping")));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("shipping ")]
    [InlineData("(")]
    [InlineData("漢")]
    [InlineData("😀")]
    public async Task Two_thousand_characters_of_anything_get_an_answer(string unit)
    {
        using var talk = new GuideTalk(GuideTalk.DemoKnowledge);

        Assert.NotEmpty(await talk.AskAsync(string.Concat(Enumerable.Repeat(unit, 2_000 / unit.Length))));
    }

    [Fact]
    public async Task Two_thousand_different_words_get_an_answer()
    {
        using var talk = new GuideTalk(GuideTalk.DemoKnowledge);

        var words = Enumerable.Range(0, 2_000).Select(number => "wxrd" + number.ToString(CultureInfo.InvariantCulture));

        Assert.NotEmpty(await talk.AskAsync(string.Join(' ', words)));
    }

    [Fact]
    public async Task Hostile_knowledge_is_only_text()
    {
        using var talk = new GuideTalk("# a\"b'; DROP TABLE sections\n\0\ud800 text\n# **[x](y)** | _z_ <b>\nMarks \"quoted\".");

        Assert.Equal(@"x \| \_z\_ \<b>", GuideTalk.SourceOf(await talk.AskAsync("quoted marks")));
    }

    [Theory]
    [InlineData("怎么重置密钥?", "重置密钥")]
    [InlineData("配送需要多长时间", "配送时间")]
    [InlineData("返品はできますか", "返品について")]
    [InlineData("ค่าจัดส่ง", "ค่าจัดส่ง")]
    [InlineData("배송", "배송 안내")]
    [InlineData("वापसी", "वापसी")]
    public async Task Scripts_without_spaces_and_with_marks_are_found(string question, string heading)
    {
        using var talk = new GuideTalk("""
            # 重置密钥
            在设置中点击重置。
            # 配送时间
            两天。
            # 返品について
            三十日以内に返品できます。
            # ค่าจัดส่ง
            50 บาท
            # 배송 안내
            이틀 걸립니다.
            # वापसी
            30 दिन।
            """);

        Assert.Equal(heading, GuideTalk.SourceOf(await talk.AskAsync(question)));
    }

    [Fact]
    public async Task A_question_about_something_else_in_Chinese_is_not_known()
    {
        using var talk = new GuideTalk("# 重置密钥\n在设置中点击重置。\n# 配送时间\n两天。");

        Assert.StartsWith("I do not know", await talk.AskAsync("今天天气怎么样"), StringComparison.Ordinal);
    }
}
