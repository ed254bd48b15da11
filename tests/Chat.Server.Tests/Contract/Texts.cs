namespace Chat.Server.Tests.Contract;

/// <summary>Texts that engines, collations and drivers are known to confuse or to spoil.</summary>
internal static class Texts
{
    /// <summary>Each differs from each: in case, blanks, width, accents, script, or in what cannot be seen.</summary>
    public static IReadOnlyList<string> LookAlikes { get; } =
    [
        "session", "Session", "SESSION",
        "session ", "session  ", " session", "session\t", "session\u00a0", "session\u3000",
        "ｓｅｓｓｉｏｎ", "ｓession",
        "sessión", "sessio\u0301n", "sessiön", "sessio\u0308n",
        "straße", "strasse", "STRASSE", "ﬁn", "fin", "Æon", "AEon",
        "かな", "カナ", "ｶﾅ", "は゛", "ば", "は\u3099",
        "ı", "i", "İ", "I", "i\u0307",
        "session\u200b", "session\u200d", "session\u00ad", "session\ufeff", "ses\u0001sion",
        "ﷺ", "ﺳ", "س", "①", "1", "²", "2",
        "ς", "σ", "Σ", "ǆ", "ǅ", "Ǆ", "\u00c5", "\u212b", "A\u030a", "Ω", "\u2126", "K", "\u212a",
        "a-b", "ab", "a\u2010b", "co-op", "coop", "ä", "ae", "ü", "ue", "Θ", "ϴ",
        "👍", "👍🏽", "👩‍👩‍👧", "👩👩👧", "❤", "❤️",
    ];

    /// <summary>Each has to come back as it was, to the last unit.</summary>
    public static IReadOnlyList<string> Unspoilt { get; } =
    [
        .. LookAlikes,
        "Grüße, 你好 👍🏽 \u202Eabc\u202c", "line\nline\r\nline", "'; DROP TABLE turns; --", "N'x' \"y\" [z] {{w}} %_^ \\0 \\u0000 @id",
        "\U0010FFFF \uFFFD \uE000", "\u0300 begins with a mark", "𝒳𝓎𝔷 𠮷", "ends in blanks   ", "\u0085\u2028\u2029", "&lt;b&gt; &amp; <b>", "null", "NULL",
    ];
}
