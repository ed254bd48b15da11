using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Chat.Server.Http;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Server.Tests.Http;

/// <summary>Answers say how long they are: they go out in one piece, and a caller need not wait for an end.</summary>
public sealed class JsonAnswerTests : AppTest
{
    [Theory]
    [InlineData("GET", "/history?session_id=s", HttpStatusCode.OK)]
    [InlineData("GET", "/channel", HttpStatusCode.OK)]
    [InlineData("GET", "/history", HttpStatusCode.UnprocessableEntity)]
    [InlineData("GET", "/healthz", HttpStatusCode.OK)]
    [InlineData("GET", "/readyz", HttpStatusCode.OK)]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/chat", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/admin/v1/channels", HttpStatusCode.OK)]
    [InlineData("GET", "/admin/v1/channels/7b1c1d2e-0000-7000-8000-000000000000", HttpStatusCode.NotFound)]
    public async Task An_answer_has_its_length(string method, string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await AssertLengthAsync(request, status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(180)]
    public async Task A_reply_has_its_length_in_bytes(int times)
    {
        var message = string.Concat(Enumerable.Repeat("\"Grüße\" 👋 ", times)).Trim();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/chat") { Content = JsonContent.Create(new { message, session_id = "s" }) };
        Assert.Contains(message, (string)(await AssertLengthAsync(request, HttpStatusCode.OK))["reply"]!, StringComparison.Ordinal);
    }

    // Answers are written by the generated code of these contexts, which knows no options but its own.
    [Fact]
    public void Every_kind_of_answer_names_its_members_as_the_contract_does()
    {
        var options = App.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var ours = options.TypeInfoResolverChain.OfType<JsonSerializerContext>().Where(context => context.GetType().Assembly == typeof(Program).Assembly).ToList();
        Assert.Contains(ours, context => context.GetTypeInfo(typeof(ErrorResponse)) is not null);
        Assert.All(ours, context => Assert.Same(JsonNamingPolicy.SnakeCaseLower, context.Options.PropertyNamingPolicy));
    }

    // Whoever asked for hundreds of them at a time would have them in memory whole.
    [Fact]
    public async Task A_long_history_is_sent_while_it_is_written()
    {
        for (var turn = 0; turn < 3; turn++)
            await App.AskAsync(Channel, new string((char)('a' + turn), 1_900));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/history?session_id=session-1");
        request.Headers.Add("X-API-Key", Channel.Key);
        using var response = await App.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Null(response.Content.Headers.ContentLength);
        Assert.Equal(6, (await response.JsonAsync())["messages"]!.AsArray().Count);
    }

    private async Task<JsonObject> AssertLengthAsync(HttpRequestMessage request, HttpStatusCode status)
    {
        request.Headers.Add("X-API-Key", Channel.Key);
        if (request.RequestUri!.OriginalString.StartsWith("/admin", StringComparison.Ordinal))
            request.Headers.Authorization = new("Bearer", ChatApp.AdminToken);
        // Not read to its end, whose place would be known otherwise.
        using var response = await App.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var length = response.Content.Headers.ContentLength;
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal((status, (long?)body.Length), (response.StatusCode, length));
        return JsonNode.Parse(body)!.AsObject();
    }
}
