
namespace Chat.Server.Providers.Guide;

/// <summary>
/// Words that say how something is asked, not what about. Beside English a few words of German, French, Spanish and Chinese;
/// words of theirs that English uses as nouns ("son", "bin", "comment") are left out.
/// </summary>
internal static class StopWords
{
    private static readonly HashSet<string> All = ("""
        a about after all also am an and another any anybody anyone anything are arent as at be because been before being both but by can
        cannot cant could
        couldnt did didnt do does doesnt doing done dont each either else even ever every exactly example examples explain find for from get
        gets getting give given go goes going gonna got had
        happen happens has have havent having he hello help her here hers hey hi him his how hows i if ill im in instead into is isnt it its
        itself ive just kind know let lets
        like list long look make makes many may maybe me mean meaning means might mine more most much must my need needs no not now of off
        oh ok okay on once one ones only or other
        our ours out over own per please plz possible put really said same say see set she should show so some somebody someone something
        still such sure take tell than thank thanks that
        thats the their theirs them then there theres these they theyre thing things this those to too u understand until up us use used
        using very want wants was
        way ways we were weve what whats when where which while who whom whos whose why will wish with without wont work works working would
        yes yet you your youre yours
        """
        + " " + """
        aber als auch auf aus bei bis bitte das dass dem den der des die doch ein eine einem einen einer eines es für gibt habe haben ich
        ihr im ist kann kein keine kommt können
        mein meine mich mir mit nach nicht oder sich sie sind soll über und uns von vor wann warum welche welcher welches wenn wer wie wird
        wo zu zum zur
        au aux avec ce ces cette dans du elle est et être il ils je la le les leur mais mes mon nos notre nous où par pas puis quand que
        quel quelle quelles quels qui quoi sont
        sur une votre vous à ça
        al como de el en cómo con cuando cuándo cual cuál del donde dónde ella eso esta este están está las los mi mis muy nuestro para pero
        por porque puedo qué quien quién se ser si
        su sus tiene tengo una usted y
        什么 怎么 如何 可以 请问 我们 你们 是否 哪里 多少 能否
        """).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();

    private static readonly HashSet<string> Pronouns =
        "it its that this they them their those these one ones he she same there".Split(' ').ToHashSet();

    private static readonly HashSet<string> Connectives = "and also but or so then".Split(' ').ToHashSet();

    /// <summary>Whether the word says nothing about the subject.</summary>
    public static bool Contains(string word) => All.Contains(word);

    /// <summary>Whether a question of these words points back to the one before it: "and in Python?", "how long does it last?"</summary>
    public static bool PointBack(IReadOnlyList<string> words) =>
        words.Count > 0 && (Connectives.Contains(words[0]) || IsWhatAbout(words) || words.Any(Pronouns.Contains));

    private static bool IsWhatAbout(IReadOnlyList<string> words) => words.Count > 2 && words[0] is "what" or "how" && words[1] == "about";
}
