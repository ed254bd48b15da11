using Chat.Server.Conversations;
using Chat.Server.Rendering;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.Rendering;

namespace Chat.Server.Tests.Conversations;

public sealed class RenderedTextsTests : IDisposable
{
    private readonly RenderedTexts _rendered = new();

    public void Dispose() => _rendered.Dispose();

    [Fact]
    public void Read_once_or_again_a_text_has_the_html_that_rendering_gives_it()
    {
        string[] texts = [.. MarkdownCorpus.Replies, .. PathologicalShapes.Names.Select(name => PathologicalShapes.Make(name, 700))];
        for (var time = 0; time < 2; time++)
            Assert.All(texts, text => Assert.Equal(SafeMarkdown.ToHtml(text), _rendered.ToHtml(text)));
    }

    [Fact]
    public void A_text_is_rendered_once()
    {
        var html = _rendered.ToHtml(Text(1));
        Assert.Same(html, _rendered.ToHtml(Text(1)));
        Assert.NotEqual(html, _rendered.ToHtml(Text(2)));
    }

    [Fact]
    public void No_more_is_kept_than_8_MB_however_much_is_read()
    {
        var first = Enumerable.Range(0, 5_000).Select(number => _rendered.ToHtml(Text(number))).ToList();
        Assert.True(first.Sum(html => (long)html.Length) > 4_000_000);
        // Backwards: who reads in the order of writing asks, when not all fits, for what has just made room.
        var kept = Enumerable.Range(0, 5_000).Reverse().Where(number => ReferenceEquals(first[number], _rendered.ToHtml(Text(number)))).Sum(number => (long)Text(number).Length + first[number].Length);
        Assert.InRange(kept, 0, 4_000_000);
    }

    [Fact]
    public async Task When_all_room_is_taken_what_is_read_now_finds_some()
    {
        foreach (var number in Enumerable.Range(0, 5_000))
            _rendered.ToHtml(Text(number));
        // Room is made beside those who read.
        await Eventually.TrueAsync(() => ReferenceEquals(_rendered.ToHtml(Text(5_001)), _rendered.ToHtml(Text(5_001))));
    }

    // Equal texts, and not the same object: as two requests read them.
    private static string Text(int number) => $"Number {number} **is** {new string('x', 1_000)}";
}
