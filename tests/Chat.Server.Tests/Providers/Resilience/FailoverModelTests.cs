using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Providers.Resilience;

/// <summary>Seeded sequences of what two upstreams do, over real HTTP, against the model: who is called, in which order, and how it ends.</summary>
public sealed class FailoverModelTests
{
    private const string Answer = "Paris.";
    private const int Requests = 250;

    private static readonly Dictionary<Conduct, UpstreamBehaviour[]> Behaviours = new()
    {
        [Conduct.Answers] = [Upstreams.Answering(Answer)],
        [Conduct.FailsAsProvider] = [Upstreams.Reset, Upstreams.Html(502), Upstreams.Html(200), Upstreams.Truncated, Upstreams.ErrorEvent, Upstreams.Status(401)],
        [Conduct.FailsAsModel] = [Upstreams.Status(404), Upstreams.Status(429, "60"), Upstreams.Empty],
        [Conduct.RefusesTheRequest] = [Upstreams.Status(400), Upstreams.Status(413), Upstreams.Status(422)],
        [Conduct.DiesAfterTheFirstPiece] = [Upstreams.Beginning("Pa", (_, _) => Task.CompletedTask)],
    };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Extent.Of(8, oneIn: 4))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Fail_over_and_circuits_do_what_the_model_says(int seed) => Assert.Null(await DivergenceAsync(seed, new FailoverModel()));

    [Fact]
    public async Task The_control_arm_whose_circuits_open_a_call_too_early_diverges() =>
        Assert.NotNull(await DivergenceAsync(1, new FailoverModel(leastCalls: 4)));

    private static async Task<string?> DivergenceAsync(int seed, FailoverModel model)
    {
        await using var providers = await TwoProviders.StartAsync(
            ("Models:one:Attempts:0:Provider", "alpha"), ("Models:one:Attempts:1:Provider", "beta"),
            ("Models:two:Attempts:0:Provider", "beta"), ("Models:two:Attempts:1:Provider", "alpha"));
        var random = new Random(seed);
        var (alpha, beta) = (Conduct.Answers, Conduct.Answers);
        for (var request = 0; request < Requests; request++)
        {
            // An upstream keeps to what it does for a while, as real ones do; else no circuit would ever open.
            var streamed = random.Next(2) == 0;
            alpha = random.Next(6) == 0 ? Any(random) : alpha;
            beta = random.Next(6) == 0 ? Any(random) : beta;
            if (random.Next(12) == 0)
            {
                model.TimePasses();
                providers.Time.Advance(TimeSpan.FromMinutes(3));
            }

            var conduct = new Dictionary<string, Conduct>(StringComparer.Ordinal) { ["alpha"] = Possible(alpha, streamed), ["beta"] = Possible(beta, streamed) };
            var (name, order) = random.Next(2) == 0 ? ("one", new[] { "alpha", "beta" }) : ("two", ["beta", "alpha"]);
            var expected = model.Ask(name, order, conduct);
            var actual = await AskAsync(providers, name, streamed, conduct, random);
            if (!expected.Called.SequenceEqual(actual.Called) || expected.Answering != actual.Answering)
                return $"Request {request}: {string.Join(',', expected.Called)} -> {expected.Answering} expected, {string.Join(',', actual.Called)} -> {actual.Answering} seen";
        }

        return null;
    }

    private static async Task<(string[] Called, string? Answering)> AskAsync(
        TwoProviders providers, string model, bool streamed, Dictionary<string, Conduct> conduct, Random random)
    {
        List<string> called = [];
        foreach (var (name, upstream) in new[] { ("alpha", providers.Alpha), ("beta", providers.Beta) })
        {
            var choice = Behaviours[conduct[name]];
            var behaviour = choice[random.Next(choice.Length)];
            TwoProviders.Do(upstream, (request, context) =>
            {
                lock (called)
                    called.Add(name);
                return behaviour(request, context);
            });
        }

        var ending = await providers.AskAsync(streamed, model: model);
        if (ending.Error is null)
            Assert.Equal(Answer, ending.Text);
        return ([.. called], ending.Attempt?.Split('/')[0]);
    }

    private static Conduct Any(Random random) => (Conduct)random.Next(5);

    // What does not stream cannot die in its middle.
    private static Conduct Possible(Conduct conduct, bool streamed) =>
        conduct == Conduct.DiesAfterTheFirstPiece && !streamed ? Conduct.FailsAsProvider : conduct;
}
