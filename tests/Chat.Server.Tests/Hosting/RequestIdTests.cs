using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

public sealed class RequestIdTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly ChatApp _app = shared.App;

    [Theory]
    [InlineData("a")]
    [InlineData("0123-ABC_x.y")]
    [InlineData("128")]
    public async Task A_well_formed_id_is_echoed_and_is_on_the_log_line(string id)
    {
        if (id == "128")
            id = new string('z', 128);

        Assert.Equal(id, await IdAsync("/nowhere", id));

        Assert.Contains(_app.Log.Lines, line => line.Contains("Chat.Server.Requests", StringComparison.Ordinal) && line.Contains($"RequestId={id}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("129")]
    [InlineData("two words")]
    [InlineData("semi;colon")]
    [InlineData("<script>")]
    [InlineData("ümlaut")]
    [InlineData("\"quoted\"")]
    public async Task A_malformed_id_is_replaced_and_is_nowhere_in_the_log(string id)
    {
        if (id == "129")
            id = new string('y', 129);

        var answered = await IdAsync("/healthz", id);

        Assert.Matches("^[0-9a-f]{32}$", answered);
        Assert.DoesNotContain(_app.Log.Lines, line => id.Length > 0 && line.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_id_of_its_own_is_a_UUID_that_begins_with_the_time_and_comes_once()
    {
        HashSet<string> ids = [];
        for (var count = 0; count < 50; count++)
            ids.Add(await IdAsync("/healthz", ""));

        Assert.Equal(50, ids.Count);
        // Of version 7, and of the variant that has versions.
        Assert.All(ids, id => Assert.Matches($"^{_app.Time.GetUtcNow().ToUnixTimeMilliseconds():x12}7[0-9a-f]{{3}}[89ab]", id));
    }

    [Fact]
    public async Task Two_ids_are_none()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Add("X-Request-ID", ["first", "second"]);

        using var response = await _app.Client.SendAsync(request);

        Assert.Matches("^[0-9a-f]{32}$", response.Headers.GetValues("X-Request-ID").Single());
    }

    [Fact]
    public async Task Every_request_has_an_id_of_its_own()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 0; number < 20; number++)
            Assert.True(ids.Add(await IdAsync("/healthz", null)));
    }

    private async Task<string> IdAsync(string path, string? id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (id is not null)
            request.Headers.TryAddWithoutValidation("X-Request-ID", id);
        using var response = await _app.Client.SendAsync(request);
        return response.Headers.GetValues("X-Request-ID").Single();
    }
}
