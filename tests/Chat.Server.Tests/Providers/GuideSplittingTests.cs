using Chat.Server.Providers.Guide;

namespace Chat.Server.Tests.Providers;

public sealed class GuideSplittingTests
{
    [Fact]
    public void Sections_keep_the_path_of_their_headings()
    {
        var sections = Split("# Errors\nAll of them.\n## 429\nWait.\n### Daily\nTomorrow.\n## 500\nSorry.\n# Prices\nLow.");

        Assert.Equal(["Errors: All of them.", "Errors>429: Wait.", "Errors>429>Daily: Tomorrow.", "Errors>500: Sorry.", "Prices: Low."], sections);
    }

    [Fact]
    public void Text_before_the_first_heading_is_a_section() => Assert.Equal([": Welcome.", "Prices: Low."], Split("\nWelcome.\n\n# Prices\nLow.\n"));

    [Fact]
    public void Underlined_headings_count_and_may_span_lines() =>
        Assert.Equal(["Opening hours: Nine.", "Opening hours>In summer: Ten."], Split("Opening\nhours\n=====\nNine.\n\nIn summer\n---\nTen."));

    [Theory]
    [InlineData("```\n# not a heading\n```")]
    [InlineData("~~~sh\n# not a heading\nneither\n---\n~~~")]
    [InlineData("````\n```\n# not a heading\n```\n````")]
    [InlineData("```\n# never closed")]
    [InlineData("    # four blanks are code")]
    [InlineData("#hashtag")]
    [InlineData("####### seven")]
    [InlineData("- a list\n---")]
    [InlineData("> quoted\n---")]
    [InlineData("| a table |\n---")]
    [InlineData("text\n\n---")]
    public void What_only_looks_like_a_heading_is_text(string markdown) => Assert.Equal([": " + markdown], Split(markdown));

    [Theory]
    [InlineData("# Prices #", "Prices")]
    [InlineData("   ## The `code` and **more**", "The code and more")]
    [InlineData("# See [the list](https://example.com/a)", "See the list")]
    [InlineData("# C#", "C#")]
    [InlineData("# snake_case", "snake_case")]
    public void A_heading_is_shown_without_its_marks(string line, string heading) => Assert.Equal([heading + ": x"], Split(line + "\nx"));

    [Fact]
    public void A_heading_with_only_headings_under_it_lists_them() =>
        Assert.Equal(["Errors: - 401\n- 429", "Errors>401: Key.", "Errors>429: Wait."], Split("# Errors\n## 401\nKey.\n## 429\nWait."));

    [Fact]
    public void A_heading_with_nothing_under_it_is_no_section() => Assert.Equal(["Prices: Low."], Split("# Empty\n# Prices\nLow."));

    [Fact]
    public void A_long_section_is_cut_at_its_paragraphs_and_keeps_its_path()
    {
        var paragraphs = Enumerable.Range(0, 10).Select(number => $"{number} " + new string('x', 500)).ToArray();

        var sections = KnowledgeSplitter.Split("# Long\n" + string.Join("\n\n", paragraphs));

        Assert.True(sections.Count > 1);
        Assert.All(sections, section => Assert.Equal(["Long"], section.Path));
        Assert.All(sections, section => Assert.True(section.Markdown.Length <= SectionParts.MaxLength));
        Assert.Equal(string.Join("\n\n", paragraphs), string.Join("\n\n", sections.Select(section => section.Markdown)));
    }

    [Fact]
    public void A_code_block_is_never_cut_and_stays_with_the_sentence_that_announces_it()
    {
        var code = "```\n" + string.Join("\n\n", Enumerable.Repeat("line();", 400)) + "\n```";

        var sections = KnowledgeSplitter.Split("# Long\n" + new string('x', 1_500) + "\n\nLike this:\n\n" + code);

        Assert.Equal(["Like this:\n\n" + code], sections.Skip(1).Select(section => section.Markdown));
    }

    [Fact]
    public void A_heading_without_end_is_cut() =>
        Assert.Equal(300, KnowledgeSplitter.Split("# " + new string('x', 5_000) + "\ntext")[0].Heading.Length);

    [Fact]
    public void One_endless_line_is_cut_without_breaking_a_character()
    {
        var sections = KnowledgeSplitter.Split("x" + string.Concat(Enumerable.Repeat("😀", 5_000)));

        Assert.All(sections, section => Assert.False(char.IsHighSurrogate(section.Markdown[^1])));
        Assert.Equal(10_001, sections.Sum(section => section.Markdown.Length));
    }

    private static IEnumerable<string> Split(string knowledge) =>
        KnowledgeSplitter.Split(knowledge).Select(section => string.Join('>', section.Path) + ": " + section.Markdown);
}
