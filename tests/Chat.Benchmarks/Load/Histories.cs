namespace Chat.Benchmarks.Load;

/// <summary>Sessions that have talked already.</summary>
internal static class Histories
{
    /// <summary>Lets one session of each channel ask so many questions, and gives them as callers.</summary>
    public static async Task<IReadOnlyList<Caller>> SeedAsync(
        PublishedService service, IReadOnlyList<Caller> channels, int turns, Books books, Runs runs, CancellationToken cancellationToken)
    {
        var run = runs.Next();
        Caller[] sessions = [.. channels.Select((channel, number) => channel with { Session = $"{run}h{number:d4}" })];
        var template = Questions.InSession(sessions);
        using var connection = await RawConnection.OpenAsync(service.Process.Address, cancellationToken);
        for (var number = 0; number < turns * sessions.Length; number++)
        {
            var answer = await connection.AskAsync(template.Request(run, number), null, null, cancellationToken);
            if (!answer.IsGood)
                throw new LoadFailedException($"A session could not be seeded:\n{answer.Text}");
        }

        books.Add((long)turns * sessions.Length, 0);
        return sessions;
    }
}
