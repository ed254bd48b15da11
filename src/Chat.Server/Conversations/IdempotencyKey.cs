using System.Security.Cryptography;
using System.Text.Json;
using Chat.Server.Errors;
using Chat.Server.Http;

namespace Chat.Server.Conversations;

/// <summary>A caller's name for one request, by which its retry gets the first answer again (contract, "Idempotency-Key").</summary>
/// <param name="Key">1 to 255 visible ASCII characters; private to its channel.</param>
/// <param name="RequestHash">
/// The SHA-256 of what was asked: the same key with another body is a mistake. How the answer is to be sent is not asked:
/// whoever lost a stream may have the answer whole.
/// </param>
public sealed record IdempotencyKey(string Key, byte[] RequestHash)
{
    /// <summary>How long a key is kept (contract, "Idempotency-Key").</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The request's key; null when it has none.</summary>
    public static Result<IdempotencyKey?> Of(HttpRequest request, SendMessageRequest body)
    {
        if (!IdempotencyHeader.Read(request).Succeeded(out var key, out var error))
            return error;
        return key is null ? (IdempotencyKey?)null : Of(key, body);
    }

    /// <summary>The key of a request that came otherwise than in a header: the name keeps the header's rules.</summary>
    public static IdempotencyKey Of(string key, SendMessageRequest body)
    {
        var asked = body with { Stream = null, StreamHtml = null };
        return new IdempotencyKey(key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(asked, ConversationsJson.Default.SendMessageRequest)));
    }
}
