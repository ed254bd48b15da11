namespace Chat.Server.Tests.Rendering;

/// <summary>Ways to cut a text into the pieces in which it arrives.</summary>
internal static class Chunking
{
    /// <summary>The way that a seed says: each UTF-16 unit alone, random sizes up to a small or large limit, or cuts at the worst places.</summary>
    public static IEnumerable<string> Cut(string text, Random random)
    {
#pragma warning disable CA5394 // Not a secret: the same seed has to give the same cuts.
        var way = random.Next(4);
        var limit = way switch { 0 => 1, 1 => 5, 2 => 80, _ => 20 };
        for (var from = 0; from < text.Length;)
        {
            var to = Math.Min(text.Length, from + random.Next(1, limit + 1));
            if (way == 3)
                to = NextHardPlace(text, to);
#pragma warning restore CA5394
            yield return text[from..to];
            from = to;
        }
    }

    /// <summary>Inside a surrogate pair, inside a line's end, and around it.</summary>
    private static int NextHardPlace(string text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            if (char.IsLowSurrogate(text[at]) || text[at - 1] is '\r' or '\n' || text[at] is '\n')
                return at;
        }

        return text.Length;
    }
}
