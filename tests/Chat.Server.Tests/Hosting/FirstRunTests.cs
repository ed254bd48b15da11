using System.Text;
using System.Text.RegularExpressions;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>What a newcomer meets: a clone, one command, one answer.</summary>
public sealed partial class FirstRunTests
{
    private const string DemoId = "01900000-0000-7000-8000-00000000c4a7";

    [Fact]
    public async Task In_Development_a_demo_channel_answers_how_to_go_on()
    {
        await using var app = new ChatApp { Environment = "Development" };
        var demo = await DemoAsync(app);

        var reply = (string)(await app.AskAsync(demo, "How do I connect a provider?"))["reply"]!;

        Assert.Contains("Providers__", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_channel_is_made_once_and_not_where_there_are_channels()
    {
        await using var app = new ChatApp();
        var own = await app.CreateChannelAsync();
        await using (var development = new ChatApp(app.Folder) { Environment = "Development" })
        {
            Assert.Equal([own.Id.ToString()], await IdsAsync(development));
            using var deleted = await development.AdminAsync(HttpMethod.Delete, $"/admin/v1/channels/{own.Id}");
        }

        for (var start = 0; start < 2; start++)
        {
            await using var again = new ChatApp(app.Folder) { Environment = "Development" };
            Assert.Equal([DemoId], await IdsAsync(again));
        }
    }

    [Fact]
    public async Task In_Production_there_is_no_demo_channel()
    {
        await using var app = new ChatApp();

        Assert.Empty(await IdsAsync(app));
    }

    [Fact]
    public async Task In_Development_the_demo_channels_key_stands_in_a_file_of_its_owners_alone_and_follows_a_rotation()
    {
        await using var app = new ChatApp { Environment = "Development" };
        var demo = await DemoAsync(app);
        var path = Path.Combine(app.Folder, "demo-channel-key");
        Assert.Equal(demo.Key, (await File.ReadAllTextAsync(path)).Trim());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        using var rotated = await app.AdminAsync(HttpMethod.Post, $"/admin/v1/channels/{DemoId}/key/rotate");
        await using var again = new ChatApp(app.Folder) { Environment = "Development" };
        Assert.Equal((await DemoAsync(again)).Key, (await File.ReadAllTextAsync(path)).Trim());
        Assert.NotEqual(demo.Key, (await DemoAsync(again)).Key);
    }

    [Fact]
    public async Task The_console_shows_a_curl_line_that_works_as_it_stands_and_where_the_token_is()
    {
        var folder = Directory.CreateTempSubdirectory("chat-tests-");
        try
        {
            await using var server = ServerProcess.Start(folder.FullName, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["DOTNET_ENVIRONMENT"] = "Development" });
            var output = await server.ReadUntilAsync("first-steps");
            var curl = CurlLine().Match(output);
            Assert.True(curl.Success, output);

            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, curl.Groups["url"].Value) { Content = new StringContent(curl.Groups["body"].Value, Encoding.UTF8, "application/json") };
            request.Headers.Add("X-API-Key", curl.Groups["key"].Value);
            using var response = await client.SendAsync(request);

            Assert.Equal(200, (int)response.StatusCode);
            Assert.Contains("Providers__", (string)(await response.JsonAsync())["reply"]!, StringComparison.Ordinal);
            var tokenFile = Path.Combine(folder.FullName, "admin-token");
            Assert.Contains($"Admin token     {tokenFile}", output, StringComparison.Ordinal);
            Assert.DoesNotContain((await File.ReadAllTextAsync(tokenFile)).Trim(), output, StringComparison.Ordinal);
            await AssertHealthyAsync(new Uri(curl.Groups["url"].Value));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task AssertHealthyAsync(Uri running)
        {
            Assert.Equal(0, (await ServerProcess.RunAsync(folder.FullName, "healthcheck", "--url", new Uri(running, "/healthz").ToString())).ExitCode);
            Assert.Equal(1, (await ServerProcess.RunAsync(folder.FullName, "healthcheck", "--url", new Uri(running, "/nowhere").ToString())).ExitCode);
            Assert.Equal(1, (await ServerProcess.RunAsync(folder.FullName, "healthcheck", "--url", "http://127.0.0.1:1/healthz")).ExitCode);
        }
    }

    private static async Task<TestChannel> DemoAsync(ChatApp app)
    {
        using var revealed = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{DemoId}/key");
        return new TestChannel(Guid.Parse(DemoId), (string)(await revealed.JsonAsync())["key"]!, []);
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(ChatApp app)
    {
        using var response = await app.AdminAsync(HttpMethod.Get, "/admin/v1/channels");
        return [.. (await response.JsonAsync())["data"]!.AsArray().Select(channel => (string)channel!["id"]!)];
    }

    [GeneratedRegex(
        @"curl (?<url>http://127\.0\.0\.1:\d+/chat) -H 'X-API-Key: (?<key>[^']+)' -H 'Content-Type: application/json' \\\s+-d '(?<body>[^']+)'",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CurlLine();
}
