namespace Chat.Server.Tests.Exactness;

/// <summary>One chat of a load: what will befall it is decided by the seed, before anything runs.</summary>
/// <param name="Index">Its place in the load.</param>
/// <param name="Fails">Whether the upstream fails it.</param>
/// <param name="HangsUpAfter">When its caller hangs up; null: never.</param>
/// <param name="Twice">Whether it is sent twice at once, under one idempotency key.</param>
internal sealed record PlannedChat(int Index, bool Fails, TimeSpan? HangsUpAfter, bool Twice)
{
    private const string Failing = "fails";

    /// <summary>The message; as long as every other, so that every reservation is alike, and different from every other.</summary>
    public string Message => $"chat {Index:D6} {(Fails ? Failing : "works")}";

    public string? Key => Twice ? $"key-{Index}" : null;

    /// <summary>Whether the upstream must fail this message.</summary>
    public static bool MustFail(string message) => message.EndsWith(Failing, StringComparison.Ordinal);

    /// <summary>The load of a seed: 30 % upstream failures, 10 % callers hanging up, 10 % duplicates by key.</summary>
    public static IReadOnlyList<PlannedChat> Load(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(index => new PlannedChat(
            index,
            random.NextDouble() < 0.3,
            random.NextDouble() < 0.1 ? TimeSpan.FromMilliseconds(random.Next(1, 25)) : null,
            random.NextDouble() < 0.1))];
    }
}
