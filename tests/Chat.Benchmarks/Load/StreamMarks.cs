namespace Chat.Benchmarks.Load;

/// <summary>How a streamed answer is read.</summary>
/// <param name="Token">What its first token begins with.</param>
/// <param name="End">What a whole answer holds at its end.</param>
internal sealed record StreamMarks(byte[] Token, string End)
{
    public static StreamMarks OfUpstream { get; } = new("\"content\":\""u8.ToArray(), "[DONE]");

    public static StreamMarks OfService { get; } = new("event: delta"u8.ToArray(), "event: done");

    /// <exception cref="LoadFailedException">The answer is a refusal, or broke off.</exception>
    public void Check(RawAnswer answer)
    {
        if (!answer.IsGood || answer.FirstToken == TimeSpan.Zero || !answer.Text.Contains(End, StringComparison.Ordinal))
            throw new LoadFailedException($"A stream was answered:\n{answer.Text}");
    }
}
