using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Browser.Tests.Infrastructure;
using Chat.Server.Tests.Infrastructure;
using Xunit.Abstractions;

namespace Chat.Browser.Tests.Widget;

/// <summary>A hundred visitors at once, each with an answer being made: over HTTP to the shop, from the shop to the service, from there to the model.</summary>
public sealed partial class ManyVisitorsTests(ITestOutputHelper output)
{
    private const int Visitors = 100;
    private const int Pieces = 20;

    [Fact]
    public async Task A_hundred_answers_stream_side_by_side_and_each_is_whole()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        upstream.OnRequest = async (request, context) =>
        {
            await context.BeginStreamAsync();
            var name = NumberOf().Match(request.Question).Value;
            await context.SayAsync($"First of {name}.\n\n");
            // Nobody is answered further until all have begun: they do stream at the same time.
            if (Interlocked.Increment(ref arrived) == Visitors)
                all.SetResult();
            await all.Task;
            for (var piece = 0; piece < Pieces; piece++)
                await context.SayAsync($"Piece {piece} for {name}.\n\n");
            await context.EndStreamAsync();
        };
        await using var app = new ChatApp().WithProvider("mock", upstream).With("Logging:LogLevel:Default", "None");
        app.With("Providers:mock:TimeoutSeconds", "600").With("Providers:mock:FirstTokenTimeoutSeconds", "600").With("Providers:mock:IdleTimeoutSeconds", "600");
        app.UseKestrel();
        app.StartServer();
        var channel = await app.CreateChannelAsync(new() { ["requests_per_minute"] = 100_000 });
        await using var shop = Shop.Open(app, channel);

        var before = Settled();
        var begun = Stopwatch.GetTimestamp();
        var firsts = new double[Visitors];
        var texts = await Task.WhenAll(Enumerable.Range(0, Visitors).Select(number => ConverseAsync(shop.Address, number, firsts)));
        var took = Stopwatch.GetElapsedTime(begun);
        var after = Settled();

        Array.Sort(firsts);
        output.WriteLine($"{Visitors} visitors, {Pieces + 1} paragraphs each: {took.TotalSeconds:0.0} s in all; first words after {firsts[Visitors / 2]:0} ms at the median, {firsts[^1]:0} ms at most; {(after - before) / 1024} KB more in use afterwards, for {Visitors} turns kept.");
        for (var number = 0; number < Visitors; number++)
        {
            var text = texts[number];
            Assert.Single(text.Split($"<p>First of visitor{number}.</p>").Skip(1));
            Assert.Equal(Enumerable.Range(0, Pieces), BlockOf().Matches(text).Where(match => match.Groups["name"].Value == $"visitor{number}").Select(match => int.Parse(match.Groups["piece"].Value, null)));
            Assert.EndsWith("<i class=\"eos\"></i></main></body></html>", text, StringComparison.Ordinal);
        }

        Assert.Equal(Visitors, upstream.Requests.Count);
        Assert.InRange(after - before, long.MinValue, 64L * 1024 * 1024);
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>What a browser does: the panel, the form, the redirect, and the transcript to its end. Gives the transcript as it came, without what a draft showed.</summary>
    private static async Task<string> ConverseAsync(string address, int number, double[] firsts)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
        using var panel = await client.GetAsync("/_chat/panel");
        var fields = FieldOf().Matches(await panel.Content.ReadAsStringAsync()).Select(match => new KeyValuePair<string, string>(match.Groups["name"].Value, match.Groups["value"].Value)).ToList();
        fields.Add(new("message", $"I am visitor{number}."));
        var asked = Stopwatch.GetTimestamp();
        using var sent = await client.PostAsync("/_chat/send", new FormUrlEncodedContent(fields));
        Assert.Equal(303, (int)sent.StatusCode);
        using var log = await client.GetAsync("/_chat/log", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await log.Content.ReadAsStreamAsync();
        var text = new StringBuilder();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[4_096];
        for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
        {
            text.Append(buffer, 0, read);
            if (firsts[number] == 0 && text.ToString().Contains($"First of visitor{number}", StringComparison.Ordinal))
                firsts[number] = Stopwatch.GetElapsedTime(asked).TotalMilliseconds;
        }

        return DraftOf().Replace(text.ToString(), "");
    }

    [GeneratedRegex("visitor[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex NumberOf();

    [GeneratedRegex(@"<p>Piece (?<piece>[0-9]+) for (?<name>visitor[0-9]+)\.</p>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex BlockOf();

    [GeneratedRegex(@"<input type=""hidden"" name=""(?<name>[^""]+)"" value=""(?<value>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex FieldOf();

    [GeneratedRegex(@"<div class=""draft""[^>]*>.*?</div>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex DraftOf();
}
