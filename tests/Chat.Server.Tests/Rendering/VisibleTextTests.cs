using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("\u0645\u0631\u062D\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 123")] // Arabic with digits
    [InlineData("\u05E9\u05DC\u05D5\u05DD \u05E2\u05D5\u05DC\u05DD (abc)")] // Hebrew with Latin
    [InlineData("\u05E9\u05DC\u05D5\u05DD!\u200F abc\u200E \u061C")] // implicit direction marks
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")] // Persian, non-joiner
    [InlineData("\u0915\u094D\u200D\u0937")] // Devanagari, joiner
    [InlineData("\u0E2A\u0E27\u200B\u0E31")] // Thai, zero-width space
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466")] // family
    [InlineData("\U0001F3F3\uFE0F\u200D\U0001F308")] // rainbow flag: selector, then joiner
    [InlineData("\U0001F469\U0001F3FD\u200D\u2764\uFE0F\u200D\U0001F48B\u200D\U0001F468\U0001F3FB")] // kiss, skin tones
    [InlineData("1\uFE0F\u20E3 \U0001F1E9\U0001F1EA")] // keycap, regional flag
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F")] // England
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F\U0001F3F4")] // Scotland, black flag
    [InlineData("\u8FBB\U000E0101\u8FBA")] // ideographic variant
    [InlineData("na\u0308ive, soft\u00ADhyphen")]
    [InlineData("\U00020000 \U0001D11E")]
    public void Ordinary_text_of_any_script_survives(string text) => Assert.Equal($"<p>{text}</p>\n", SafeMarkdown.ToHtml(text));

    [Theory]
    [InlineData("a\U000E0041\U000E0042b", "ab")] // tag characters
    [InlineData("\U0001F3F4\U000E0075\U000E0073\U000E007F", "\U0001F3F4")] // a flag that Unicode does not recommend
    [InlineData("\U0001F600\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "\U0001F600")]
    [InlineData("a\U000E0101\U000E0102\U000E0103b", "a\U000E0101b")] // bytes as variation selectors
    [InlineData("a\uFE01\uFE02\uFE03b", "a\uFE01b")]
    [InlineData("a\u200B\u200C\u200D\u2060b", "a\u200Bb")] // bits as zero-width characters
    [InlineData("a&#x200B;&#x200C;&#x200D;b", "a\u200Bb")]
    [InlineData("a\u202Egnp.exe\u202C", "agnp.exe")] // override
    [InlineData("\u2067a\u2069 \u202Bb\u202C", "a b")]
    [InlineData("&#x202E;&#xE0041;a", "a")] // the same by entity
    [InlineData("a\uFEFFb\u2063c\uFFF9d", "abcd")]
    [InlineData("a\0b", "a\uFFFDb")]
    [InlineData("a&#0;b", "a\uFFFDb")]
    [InlineData("a\u001B[31mb\u007F\u0085c", "a\uFFFD[31mb\uFFFD\uFFFDc")]
    public void What_only_hides_goes(string text, string visible) => Assert.Equal($"<p>{visible}</p>\n", SafeMarkdown.ToHtml(text));

    [Fact]
    public void A_lone_surrogate_is_replaced() => Assert.Equal("<p>a\uFFFDb\uFFFD</p>\n", SafeMarkdown.ToHtml("a\uD800b\uDC00"));

    [Theory]
    [InlineData("`a\u202Eb`", "<p><code>ab</code></p>\n")]
    [InlineData("```\na\U000E0041b\n```", "<pre><code>ab\n</code></pre>\n")]
    [InlineData("# a\u2066b", "<h1>ab</h1>\n")]
    public void It_goes_from_code_and_headings_too(string text, string html) => Assert.Equal(html, SafeMarkdown.ToHtml(text));
}
