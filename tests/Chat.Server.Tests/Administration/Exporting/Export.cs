using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Administration.Exporting;

/// <summary>An export as a reader of it sees it: lines of JSON, the last of which says that it is whole.</summary>
internal sealed record Export(string Text)
{
    public IReadOnlyList<JsonObject> Lines { get; } = [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    public static async Task<Export> ReadAsync(ChatApp app, Guid channel)
    {
        using var response = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel}/export");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.ToString());
        Assert.Equal($"channel-{channel}.jsonl", response.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        return Whole(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
    }

    public static Export Whole(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var export = new Export(text);
        var end = export.Lines[^1];
        Assert.Equal(("end", export.Lines.Count - 1), ((string)end["type"]!, (int)end["lines"]!));
        Assert.True((bool)end["consistent"]!);
        return export;
    }

    public IReadOnlyList<JsonObject> Of(string type) => [.. Lines.Where(line => (string)line["type"]! == type)];

    public string WithoutItsTime() => string.Join('\n', Lines.SkipLast(1).Select(line => line.ToJsonString()));
}
