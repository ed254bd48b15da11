using System.Globalization;
using System.Text.RegularExpressions;
using Chat.Widget.Texts;
using Chat.Widget.Theme;

namespace Chat.Widget.Tests;

public sealed partial class ThemeAndTextTests
{
    public static TheoryData<WidgetTexts> Languages => [WidgetTexts.English, WidgetTexts.German, WidgetTexts.French, WidgetTexts.Arabic];

    [Fact]
    public void Any_accent_is_readable_in_both_schemes()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 5_000; round++)
        {
            var accent = new Accent((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
            foreach (var (shown, ground) in new[] { (accent.OnLight, Accent.LightGround), (accent.OnLight, Accent.White), (accent.OnDark, Accent.DarkGround) })
                Assert.True(shown.Contrast(ground) >= 4.5, accent.Hex);
            Assert.True(accent.OnLight.Contrast(accent.OnLight.TextOnIt) >= 4.5 && accent.OnDark.Contrast(accent.OnDark.TextOnIt) >= 4.5, accent.Hex);
        }
    }

    [Fact]
    public void An_accent_that_is_readable_is_left_as_it_is()
    {
        Assert.True(Accent.TryParse("#0F6B5C", out var accent));
        Assert.Equal("0f6b5c", accent.OnLight.Hex);
        Assert.Equal(21, Accent.White.Contrast(new Accent(0, 0, 0)), 3);
    }

    [Theory]
    [InlineData("red")]
    [InlineData("#12345")]
    [InlineData("#1234567")]
    [InlineData("12345g")]
    [InlineData("#-12345")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_colour_is_none(string? text) => Assert.False(Accent.TryParse(text, out _));

    [Theory]
    [InlineData(Stylesheets.Launcher)]
    [InlineData(Stylesheets.Panel)]
    public void A_stylesheet_loads_nothing_from_elsewhere_and_has_the_accent(string name)
    {
        var css = Stylesheets.TextOf(name, new Accent(0x0f, 0x6b, 0x5c));
        Assert.Contains("--l:#0f6b5c;--lt:#ffffff;--d:#", css, StringComparison.Ordinal);
        Assert.DoesNotContain("--accent:0", css, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", css, StringComparison.Ordinal);
        Assert.All(Urls().Matches(css), url => Assert.Equal("url(../closed)", url.Value));
        Assert.Equal(css.Count(letter => letter == '{'), css.Count(letter => letter == '}'));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_language_has_every_text_with_the_places_that_the_english_has(WidgetTexts texts)
    {
        foreach (var property in typeof(WidgetTexts).GetProperties().Where(property => property.PropertyType == typeof(string) && property.Name != nameof(WidgetTexts.Locale)))
        {
            var (text, english) = ((string)property.GetValue(texts)!, (string)property.GetValue(WidgetTexts.English)!);
            Assert.False(string.IsNullOrWhiteSpace(text), property.Name);
            if (property.Name is not (nameof(WidgetTexts.Seconds) or nameof(WidgetTexts.Minutes) or nameof(WidgetTexts.Hours)))
                Assert.Equal(Places().Matches(english).Select(place => place.Value), Places().Matches(text).Select(place => place.Value));
        }
    }

    [Theory]
    [InlineData("en", 1, "1 second")]
    [InlineData("en", 20, "20 seconds")]
    [InlineData("en", 91, "2 minutes")]
    [InlineData("en", 7_200, "2 hours")]
    [InlineData("de", 1, "1 Sekunde")]
    [InlineData("fr", 1, "1 seconde")]
    [InlineData("ar", 1, "ثانية واحدة")]
    [InlineData("ar", 2, "ثانيتين")]
    [InlineData("ar", 5, "5 ثوانٍ")]
    [InlineData("ar", 11, "11 ثانية")]
    public void A_time_to_wait_is_said_as_the_language_says_it(string language, int seconds, string said) =>
        Assert.Equal(said, new ChatWidgetOptions().Languages[language].Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_part_of_a_second_is_a_second() => Assert.Equal("Please try again in 1 second.", WidgetTexts.English.TryAgain(TimeSpan.FromMilliseconds(20)));

    [Fact]
    public void Numbers_are_written_as_the_language_writes_them()
    {
        Assert.Equal("2,340", WidgetTexts.English.Number(2_340));
        Assert.Equal(2_340.ToString("N0", CultureInfo.GetCultureInfo("de")), WidgetTexts.German.Number(2_340));
    }

    [Fact]
    public void A_text_can_be_changed_by_its_name_and_a_broken_format_breaks_no_page()
    {
        var changed = WidgetTexts.English.With([new("error-too-long", "{7}"), new("unknown", "x"), new("SEND", "Go")]);
        Assert.Equal(("Go", "{7}"), (changed.Send, changed.Format(changed.ErrorTooLong, 1, 2)));
        Assert.Equal("Send", WidgetTexts.English.Send);
    }

    [GeneratedRegex(@"url\([^)]*\)", RegexOptions.None, 1_000)]
    private static partial Regex Urls();

    [GeneratedRegex(@"\{\d\}", RegexOptions.None, 1_000)]
    private static partial Regex Places();
}
