namespace Chat.Server.Tests.Infrastructure;

/// <summary>
/// How much is tried of what is tried again and again: all of it with CHAT_TEST_ALL=1, as CI does; else a part, spread over the whole, so that
/// the suite takes less than three minutes on two cores. The same test methods run either way.
/// </summary>
internal static class Extent
{
    /// <summary>Whether everything is tried.</summary>
    public static bool IsWhole { get; } = Environment.GetEnvironmentVariable("CHAT_TEST_ALL") == "1";

    /// <summary>How often something is tried.</summary>
    /// <param name="whole">Times that the bar asks for.</param>
    /// <param name="oneIn">The part that is tried otherwise.</param>
    public static int Of(int whole, int oneIn) => IsWhole ? whole : whole / oneIn;

    /// <summary>Which of these are tried.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> all, int oneIn) => IsWhole ? all : [.. all.Where((_, at) => at % oneIn == 0)];
}
