using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration;

/// <summary>Checks the whole of an error of the administration surface: RFC 9457, our code, the request's id, and nothing else.</summary>
internal static class Problem
{
    private static readonly Dictionary<string, (int Status, string Title)> Catalogue = new(StringComparer.Ordinal)
    {
        ["malformed_json"] = (400, "Malformed JSON"),
        ["invalid_admin_token"] = (401, "Invalid admin token"),
        ["not_found"] = (404, "Not found"),
        ["method_not_allowed"] = (405, "Method not allowed"),
        ["request_too_large"] = (413, "Request too large"),
        ["unsupported_media_type"] = (415, "Unsupported media type"),
        ["invalid_request"] = (422, "Invalid request"),
        ["internal_error"] = (500, "Internal error"),
        ["service_unavailable"] = (503, "Service unavailable"),
    };

    public static async Task AssertAsync(HttpResponseMessage response, string code)
    {
        var (status, title) = Catalogue[code];
        var problem = await ReadAsync(response, status);
        problem.Remove("errors");
        var expected = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = title,
            ["status"] = status,
            ["code"] = code,
            ["request_id"] = response.Headers.GetValues("X-Request-ID").Single(),
        };
        Assert.True(JsonNode.DeepEquals(expected, problem), problem.ToJsonString());
    }

    /// <summary>Checks a failed validation, and gives what it says of each field.</summary>
    public static async Task<IReadOnlyDictionary<string, string[]>> FieldsAsync(HttpResponseMessage response)
    {
        await AssertAsync(response, "invalid_request");
        var fields = (await response.JsonAsync())["errors"]!.AsObject();
        return fields.ToDictionary(field => field.Key, field => field.Value!.AsArray().Select(message => (string)message!).ToArray(), StringComparer.Ordinal);
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(status == 401 ? ["Bearer"] : [], response.Headers.WwwAuthenticate.Select(challenge => challenge.ToString()));
        return JsonNode.Parse(body)!.AsObject();
    }
}
