
namespace Chat.Server.Providers.Guide;

/// <summary>A message that asks nothing about the site.</summary>
internal enum SmallTalk
{
    /// <summary>It may be a question.</summary>
    None,

    /// <summary>"Hello", or nothing but marks.</summary>
    Greeting,

    /// <summary>"Thanks", "bye".</summary>
    Thanks,

    /// <summary>"Help", "what can you do?", "who are you?"</summary>
    WhoAreYou,
}

/// <summary>Recognises small talk by whole messages: one word about something makes it a question.</summary>
internal static class SmallTalkReader
{
    private static readonly HashSet<string> Greetings = Set("""
        hello hi hey hiya howdy greetings good morning afternoon evening day there to you how are is it going doing everyone all again
        hallo guten tag moin bonjour salut hola buenos buenas dias días ciao olá 你好 こん んに にち ちは
        """);

    private static readonly HashSet<string> GreetingItself = Set(
        "hello hi hey hiya howdy greetings good hallo guten moin bonjour salut hola buenos buenas ciao olá 你好 こん");

    private static readonly HashSet<string> Thanking = Set("""
        thanks thank thx ty cheers you very much so a lot many great perfect cool nice awesome super ok okay got it that helps helped this was
        is good bye goodbye see later for your the help danke merci gracias 谢谢
        """);

    private static readonly HashSet<string> ThankingItself = Set(
        "thanks thank thx ty cheers great perfect cool nice awesome super bye goodbye danke merci gracias ok okay helps helped 谢谢");

    private static readonly HashSet<string> Help = Set("""
        help please me can could you i need with some hello hi hey
        """);

    private static readonly HashSet<string> AboutMyself =
    [
        "what can you do", "what can i ask", "what can i ask you", "what can you help me with", "what can you tell me", "what do you know",
        "who are you", "what are you", "what is this", "whats this", "are you a bot", "are you a robot", "are you human", "are you an ai",
        "are you real", "who made you", "what is your name", "whats your name", "can you help me", "what topics do you know",
    ];

    /// <summary>What kind of small talk the words of a whole message are.</summary>
    public static SmallTalk Read(IReadOnlyList<string> words) => words switch
    {
        [] => SmallTalk.Greeting,
        _ when AboutMyself.Contains(string.Join(' ', words)) => SmallTalk.WhoAreYou,
        _ when words.Contains("help") && words.All(Help.Contains) => SmallTalk.WhoAreYou,
        _ when words.Any(ThankingItself.Contains) && words.All(Thanking.Contains) => SmallTalk.Thanks,
        _ when words.Any(GreetingItself.Contains) && words.All(Greetings.Contains) => SmallTalk.Greeting,
        _ => SmallTalk.None,
    };

    private static HashSet<string> Set(string words) => words.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
}
