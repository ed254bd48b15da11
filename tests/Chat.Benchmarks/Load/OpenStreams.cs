using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>What a thousand streams that are open at one time add to the service's memory.</summary>
internal static class OpenStreams
{
    private const int Streams = 1_000, WarmUpConnections = 32, WarmUpSeconds = 3, Looks = 10;
    private const double AddedBar = 40;

    // All are to be open before the first ends: every piece is followed by this, and each stream is 16 of them.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1), Look = TimeSpan.FromMilliseconds(200), Quiet = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Rig rig, TextWriter output, CancellationToken cancellationToken)
    {
        await using var service = await rig.StartServiceAsync("open-streams", _ => Task.CompletedTask, cancellationToken);
        var books = await Books.OpenAsync(service, cancellationToken);
        var callers = await service.CreateChannelsAsync(PublishedService.UsualChannels, cancellationToken);
        var warmUp = new StreamArm("warm-up", service.Process, Questions.ForStream(callers, TimeSpan.Zero), StreamMarks.OfService, books);
        await warmUp.MeasureAsync(rig.Runs.Next(), WarmUpConnections, WarmUpSeconds, counts: false, cancellationToken);
        await Task.Delay(Quiet, TimeProvider.System, cancellationToken);
        var before = await HighestAsync(service, cancellationToken);
        var during = await OpenAsync(rig, service, callers, cancellationToken);
        books.Add(Streams, 0);

        await output.WriteLineAsync();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Streams:N0} open streams: {before:N1} MB resident before, at most {during:N1} MB while all were open."));
        await output.WriteLineAsync(await books.CheckAsync(cancellationToken));
        await LoadBars.WriteHeadAsync(output);
        await LoadBars.WriteAsync(output, $"{Streams:N0} open streams, MB added", during - before, AddedBar, atLeast: false);
    }

    private static async Task<double> OpenAsync(Rig rig, PublishedService service, IReadOnlyList<Caller> callers, CancellationToken cancellationToken)
    {
        var template = Questions.ForStream(callers, Hold);
        var run = rig.Runs.Next();
        var speaking = 0;
        var allSpeak = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var streams = Task.WhenAll(Enumerable.Range(0, Streams).Select(AskAsync));
        await Task.WhenAny(allSpeak.Task, streams);
        var isOpen = !streams.IsCompleted;
        var during = await HighestAsync(service, cancellationToken);
        isOpen &= !streams.IsCompleted;
        await streams;
        return isOpen ? during : throw new LoadFailedException("The streams were not all open at one time.");

        async Task AskAsync(int number)
        {
            using var connection = await RawConnection.OpenAsync(service.Process.Address, cancellationToken);
            StreamMarks.OfService.Check(await connection.AskAsync(template.Request(run, number), StreamMarks.OfService.Token, Spoken, cancellationToken));
            // One that has ended before all have begun leaves the count short for ever.
            Interlocked.Decrement(ref speaking);
        }

        void Spoken()
        {
            if (Interlocked.Increment(ref speaking) == Streams)
                allSpeak.TrySetResult();
        }
    }

    private static async Task<double> HighestAsync(PublishedService service, CancellationToken cancellationToken)
    {
        var highest = 0.0;
        for (var look = 0; look < Looks; look++)
        {
            highest = Math.Max(highest, service.Process.ResidentMegabytes);
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }

        return highest;
    }
}
