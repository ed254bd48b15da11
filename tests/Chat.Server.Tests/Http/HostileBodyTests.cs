using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Http;

/// <summary>Whatever a caller sends, it gets a documented answer and never a fault of the service.</summary>
public sealed class HostileBodyTests : AppTest
{
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("{'message':'x','session_id':'s'}")]
    [InlineData("""{"message":"x","session_id":"s"} trailing""")]
    [InlineData("""{"message":"x","session_id":"s",}""")]
    [InlineData("""{"message":"x" /* comment */,"session_id":"s"}""")]
    [InlineData("""{"message":"x","session_id":"s","message":"y"}""")]
    [InlineData("""{"message":"x","session_id":"s","other":1,"other":2}""")]
    [InlineData("""{"message":"x","session_id":"s","metadata":{"url":"http://a","url":"http://b"}}""")]
    [InlineData("""{"message":"\x","session_id":"s"}""")]
    [InlineData("""{"message":NaN,"session_id":"s"}""")]
    [InlineData("message=x&session_id=s")]
    public async Task What_is_not_json_is_400(string body) => await IsAsync(App.PostAsync(Channel.Key, body), 400, "malformed_json");

    [Fact]
    public async Task No_body_at_all_is_400() => await IsAsync(App.PostAsync(Channel.Key, (HttpContent?)null), 400, "malformed_json");

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("iso-8859-1")]
    public async Task Json_in_another_encoding_is_400(string encoding)
    {
        var body = Encoding.GetEncoding(encoding).GetBytes("""{"message":"Grüße","session_id":"s"}""");
        var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse($"application/json; charset={encoding}") } };
        await IsAsync(App.PostAsync(Channel.Key, content), 400, "malformed_json");
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_400()
    {
        byte[] body = [.. "{\"message\":\""u8, 0xC3, 0x28, 0xF0, 0x9F, .. "\",\"session_id\":\"s\"}"u8];
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        await IsAsync(App.PostAsync(Channel.Key, content), 400, "malformed_json");
    }

    [Fact]
    public async Task Nesting_without_end_is_400() =>
        await IsAsync(App.PostAsync(Channel.Key, $$"""{"message":"x","session_id":"s","other":{{new string('[', 20_000)}}"""), 400, "malformed_json");

    [Theory]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    [InlineData("\"text\"", "")]
    [InlineData("42", "")]
    [InlineData("true", "")]
    [InlineData("{}", "message")]
    [InlineData("""{"message":1,"session_id":"s"}""", "message")]
    [InlineData("""{"message":["x"],"session_id":"s"}""", "message")]
    [InlineData("""{"message":null,"session_id":"s"}""", "message")]
    [InlineData("""{"Message":"x","session_id":"s"}""", "message")]
    [InlineData("""{"message":"x","session_id":5}""", "session_id")]
    [InlineData("""{"message":"x","session_id":""}""", "session_id")]
    [InlineData("""{"message":"x","session_id":null}""", "session_id")]
    [InlineData("""{"message":"x","session_id":"s","metadata":"page"}""", "metadata")]
    [InlineData("""{"message":"x","session_id":"s","metadata":[]}""", "metadata")]
    [InlineData("""{"message":"x","session_id":"s","metadata":{"url":7}}""", "metadata.url")]
    [InlineData("""{"message":"x","session_id":"s","metadata":{"url":"javascript:alert(1)"}}""", "metadata.url")]
    [InlineData("""{"message":"x","session_id":"s","metadata":{"url":"/relative"}}""", "metadata.url")]
    [InlineData("""{"message":"x","session_id":"s","metadata":{"title":false}}""", "metadata.title")]
    [InlineData("""{"message":"\u0000","session_id":"s"}""", "message")]
    [InlineData("""{"message":"a\u0000b","session_id":"s"}""", "message")]
    [InlineData("""{"message":"x","session_id":"s\u0000"}""", "session_id")]
    [InlineData("""{"message":"\ud800","session_id":"s"}""", "message")]
    [InlineData("""{"message":"\udc00\ud800","session_id":"s"}""", "message")]
    [InlineData("""{"message":"x","session_id":"\ud83d"}""", "session_id")]
    [InlineData("""{"message":"x","session_id":"s","metadata":{"title":"\u0000"}}""", "metadata.title")]
    public async Task Json_of_another_shape_is_422_and_names_the_field(string body, string field)
    {
        var error = await IsAsync(App.PostAsync(Channel.Key, body), 422, "invalid_request");
        Assert.Contains(field, error["details"]!.AsObject().Select(detail => detail.Key));
        Assert.Empty(Upstream.Requests);
    }

    [Theory]
    [InlineData("a", 2_000, true)]
    [InlineData("a", 2_001, false)]
    [InlineData("é", 2_000, true)]
    [InlineData("e\u0301", 1_000, true)]
    [InlineData("e\u0301", 1_001, false)]
    [InlineData("😀", 2_000, true)]
    [InlineData("😀", 2_001, false)]
    [InlineData("ش", 2_000, true)]
    [InlineData("ش", 2_001, false)]
    public async Task A_message_has_at_most_2000_characters_whatever_they_are(string unit, int count, bool accepted)
    {
        var message = string.Concat(Enumerable.Repeat(unit, count));
        using var response = await App.SendAsync(Channel, message);
        Assert.Equal(accepted ? 200 : 422, (int)response.StatusCode);
        if (accepted)
        {
            Assert.Equal(message, Upstream.LastRequest.Question);
            Assert.Equal(message, (string)(await App.HistoryAsync(Channel))[0]!["content"]!);
        }
    }

    [Fact]
    public async Task White_space_around_a_message_does_not_count()
    {
        var padding = new string(' ', 500) + "\r\n\t\u00a0\u3000";
        await App.AskAsync(Channel, padding + new string('a', 2_000) + padding);
        Assert.Equal(new string('a', 2_000), Upstream.LastRequest.Question);
    }

    [Theory]
    [InlineData("s", 255, true)]
    [InlineData("s", 256, false)]
    [InlineData("😀", 255, true)]
    [InlineData("😀", 256, false)]
    public async Task A_session_id_has_at_most_255_characters(string unit, int count, bool accepted)
    {
        var session = string.Concat(Enumerable.Repeat(unit, count));
        using var response = await App.SendAsync(Channel, "hello", session);
        Assert.Equal(accepted ? 200 : 422, (int)response.StatusCode);
        using var history = await App.GetAsync(Channel, $"/history?session_id={Uri.EscapeDataString(session)}");
        Assert.Equal(accepted ? 200 : 422, (int)history.StatusCode);
    }

    [Theory]
    [InlineData("title", 300, true)]
    [InlineData("title", 301, false)]
    public async Task A_page_title_has_at_most_300_characters(string member, int length, bool accepted)
    {
        using var response = await App.SendAsync(Channel, "hello", metadata: new JsonObject { [member] = new string('t', length) });
        Assert.Equal(accepted ? 200 : 422, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(2_048, true)]
    [InlineData(2_049, false)]
    public async Task A_page_url_has_at_most_2048_characters(int length, bool accepted)
    {
        const string Start = "https://example.com/";
        using var response = await App.SendAsync(Channel, "hello", metadata: new JsonObject { ["url"] = Start + new string('p', length - Start.Length) });
        Assert.Equal(accepted ? 200 : 422, (int)response.StatusCode);
    }

    [Fact]
    public async Task Unknown_members_are_ignored_wherever_they_stand() =>
        await IsAsync(
            App.PostAsync(Channel.Key, """{"message":"x","session_id":"s","model":"gpt-9","api_base":"http://evil","n":100,"metadata":{"url":"https://a.example/","referrer":[1,{}]}}"""), 200, null);

    [Theory]
    [InlineData("/history")]
    [InlineData("/history?session_id=")]
    [InlineData("/history?session=x")]
    [InlineData("/history?session_id=%00")]
    public async Task A_history_without_a_session_is_422(string path)
    {
        var error = await IsAsync(App.GetAsync(Channel, path), 422, "invalid_request");
        Assert.True(error["details"]!.AsObject().ContainsKey("session_id"));
        await IsAsync(App.GetAsync(Channel, path, HttpMethod.Delete), 422, "invalid_request");
    }

    [Theory]
    [InlineData("/history?session_id=%ff%fe")]
    [InlineData("/history?session_id=a&session_id=b")]
    [InlineData("/history?session_id=%ED%A0%80")]
    public async Task A_strange_session_in_a_query_is_never_a_fault(string path)
    {
        using var response = await App.GetAsync(Channel, path);
        Assert.True((int)response.StatusCode is 200 or 400 or 422);
    }

    private static async Task<JsonObject> IsAsync(Task<HttpResponseMessage> sending, int status, string? code)
    {
        using var response = await sending;
        var json = await response.JsonAsync();
        Assert.Equal((status, code), ((int)response.StatusCode, (string?)json["code"]));
        return json;
    }
}
