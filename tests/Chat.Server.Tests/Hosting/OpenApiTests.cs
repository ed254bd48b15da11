using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>Run with <c>CHAT_UPDATE_OPENAPI=1</c> to rewrite the committed description from what is served.</summary>
public sealed class OpenApiTests
{
    private static readonly string Committed = Repository.PathOf("openapi", "chat.v1.json");

    [Fact]
    public async Task The_served_description_is_byte_for_byte_the_committed_one()
    {
        await using var app = new ChatApp();
        var served = await app.Client.GetByteArrayAsync("/openapi/v1.json");
        if (Environment.GetEnvironmentVariable("CHAT_UPDATE_OPENAPI") == "1")
            await File.WriteAllBytesAsync(Committed, served);
        var committed = await File.ReadAllBytesAsync(Committed);
        Assert.True(served.AsSpan().SequenceEqual(committed), "Run the tests with CHAT_UPDATE_OPENAPI=1, and add a line to openapi/CHANGELOG.md.");
    }

    [Fact]
    public async Task The_description_does_not_depend_on_configuration()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var app = new ChatApp().WithProvider("mock", upstream).With("Admin:Token", null).With("Models:own:CreditRate", "2");
        Assert.Equal(await File.ReadAllTextAsync(Committed), await app.Client.GetStringAsync("/openapi/v1.json"));
    }

    [Fact]
    public async Task Every_operation_has_a_summary_a_description_keys_and_an_example_for_every_status_with_a_body()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Committed))!;
        Assert.StartsWith("3.1", (string)document["openapi"]!, StringComparison.Ordinal);
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                var name = $"{method} {path}";
                Assert.True((string?)operation!["summary"] is { Length: > 0 } && (string?)operation["description"] is { Length: > 0 }, name);
                Assert.True((string?)operation["operationId"] is { Length: > 0 }, name);
                Assert.Equal(path is "/healthz" or "/readyz" ? 0 : path.StartsWith("/admin", StringComparison.Ordinal) ? 1 : 2, operation["security"]?.AsArray().Count ?? 0);
                if (operation["requestBody"] is { } body)
                    Assert.All(body["content"]!.AsObject(), content => Assert.NotNull(content.Value!["example"]));
                foreach (var (status, response) in operation["responses"]!.AsObject())
                {
                    Assert.NotNull(response!["headers"]!["X-Request-ID"]);
                    foreach (var (_, content) in response["content"]?.AsObject() ?? [])
                    {
                        Assert.True(content!["schema"] is not null, $"{name} {status} has no schema");
                        Assert.True(content["example"] is not null || content["examples"] is not null || status == "503" && path == "/readyz", $"{name} {status} has no example");
                    }
                }
            }
        }
    }
}
