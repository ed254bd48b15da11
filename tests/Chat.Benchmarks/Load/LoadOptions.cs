namespace Chat.Benchmarks.Load;

/// <summary>What is measured, and how long.</summary>
internal sealed record LoadOptions
{
    /// <summary>How often every arm has its turn, after one that does not count.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How long a turn is, at each concurrency.</summary>
    public int Seconds { get; init; } = 3;

    /// <summary>Requests under way at a time.</summary>
    public IReadOnlyList<int> Concurrency { get; init; } = [1, 32, 256];

    /// <summary>What is driven beside upstream and YARP.</summary>
    public IReadOnlyList<string> Arms { get; init; } = [];

    /// <summary><c>Storage:Durability</c> of the service.</summary>
    public string Durability { get; init; } = "Normal";

    /// <summary>More settings of the service's process, as environment variables.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>A folder with a published service; null: it is published first.</summary>
    public string? Published { get; init; }

    /// <summary>Whether this program drives, even where wrk is there.</summary>
    public bool OwnDriver { get; init; }

    /// <summary>How long the upstream thinks before it answers, in milliseconds.</summary>
    public int Think { get; init; }

    /// <summary>How many questions a visitor asks before another takes the place.</summary>
    public int MessagesPerVisit { get; init; } = 1;

    /// <summary>Turns stored in the large database of the comparison; null: none is made.</summary>
    public int? Turns { get; init; }

    /// <summary>Channels stored in the large database of the comparison; null: none is made.</summary>
    public int? Channels { get; init; }

    /// <summary>How long the soak takes; null: none.</summary>
    public TimeSpan? Soak { get; init; }
}
