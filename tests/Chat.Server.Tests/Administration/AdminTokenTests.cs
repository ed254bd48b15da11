using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

public sealed class AdminTokenTests
{
    private const string Channels = "/admin/v1/channels";

    [Fact]
    public async Task A_channels_key_does_not_open_the_administration_surface()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(ChannelRules.Guide());

        foreach (var (header, value) in new[] { ("Authorization", $"Bearer {channel.Key}"), ("X-API-Key", channel.Key), ("X-API-Key", ChatApp.AdminToken) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Channels}/{channel.Id}/key");
            request.Headers.Add(header, value);
            using var response = await app.Client.SendAsync(request);
            await Problem.AssertAsync(response, "invalid_admin_token");
        }
    }

    [Fact]
    public async Task The_admin_token_does_not_open_the_widget_surface()
    {
        await using var app = new ChatApp();
        await app.CreateChannelAsync(ChannelRules.Guide());

        using var asKey = await app.PostAsync(ChatApp.AdminToken, """{"message":"Hi","session_id":"s"}""");
        using var asBearer = await app.AdminAsync(HttpMethod.Post, "/chat", new JsonObject { ["message"] = "Hi", ["session_id"] = "s" });

        foreach (var response in new[] { asKey, asBearer })
            Assert.Equal((401, "invalid_api_key"), ((int)response.StatusCode, (string)(await response.JsonAsync())["code"]!));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    public async Task Without_a_token_outside_Development_there_is_no_such_surface(string? token)
    {
        await using var app = new ChatApp().With("Admin:Token", token);

        foreach (var method in new[] { "GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS" })
        {
            foreach (var path in new[] { "/admin", Channels, $"{Channels}/01900000-0000-7000-8000-000000000001", "/ADMIN/v1/channels" })
            {
                foreach (var presented in new[] { "", " ", "x" })
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), path);
                    request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {presented}");
                    using var response = await app.Client.SendAsync(request);
                    await Problem.AssertAsync(response, "not_found");
                }
            }
        }

        Assert.False(File.Exists(Path.Combine(app.Folder, "admin-token")));
    }

    [Fact]
    public async Task In_Development_a_token_is_made_for_its_owner_alone_and_stays()
    {
        var folder = Directory.CreateTempSubdirectory("chat-tests-");
        try
        {
            var first = await TokenOfAsync(folder.FullName);
            var second = await TokenOfAsync(folder.FullName);

            Assert.Matches("^[A-Za-z0-9_-]{43}$", first);
            Assert.Equal(first, second);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_configured_token_is_used_in_Development_too_and_none_is_made()
    {
        await using var app = new ChatApp { Environment = "Development" };

        using var response = await app.AdminAsync(HttpMethod.Get, Channels);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.False(File.Exists(Path.Combine(app.Folder, "admin-token")));
    }

    [Fact]
    public async Task Spaces_around_a_configured_token_do_not_count()
    {
        await using var app = new ChatApp().With("Admin:Token", $" {ChatApp.AdminToken}\n");

        using var response = await app.AdminAsync(HttpMethod.Get, Channels);

        Assert.Equal(200, (int)response.StatusCode);
    }

    private static async Task<string> TokenOfAsync(string folder)
    {
        await using var app = new ChatApp(folder) { Environment = "Development" }.With("Admin:Token", null);
        using var refused = await app.AdminAsync(HttpMethod.Get, Channels);
        await Problem.AssertAsync(refused, "invalid_admin_token");

        var path = Path.Combine(folder, "admin-token");
        var token = (await File.ReadAllTextAsync(path)).Trim();
        using var request = new HttpRequestMessage(HttpMethod.Get, Channels) { Headers = { { "Authorization", $"Bearer {token}" } } };
        using var response = await app.Client.SendAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains(token, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        return token;
    }
}
