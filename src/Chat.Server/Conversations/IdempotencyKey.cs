using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Chat.Server.Errors;

namespace Chat.Server.Conversations;

/// <summary>A caller's name for one request, by which its retry gets the first answer again (contract, "Idempotency-Key").</summary>
/// <param name="Key">1 to 255 visible ASCII characters; private to its channel.</param>
/// <param name="RequestHash">The SHA-256 of what was asked: the same key with another body is a mistake.</param>
public sealed record IdempotencyKey(string Key, byte[] RequestHash)
{
    /// <summary>The header that carries the key, bare or as a structured-field string in quotes.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Set to <c>true</c> on an answer that is given again.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>How long a key is kept (contract, "Idempotency-Key").</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    internal const int MaxLength = 255;

    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    /// <summary>The request's key; null when it has none.</summary>
    public static Result<IdempotencyKey?> Of(HttpRequest request, SendMessageRequest body)
    {
        var values = request.Headers[Header];
        if (values.Count == 0)
            return (IdempotencyKey?)null;
        return values is [{ } text] && Unquoted(text.Trim()) is { Length: > 0 and <= MaxLength } key && !key.AsSpan().ContainsAnyExcept(Visible)
            ? new IdempotencyKey(key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, ConversationsJson.Default.SendMessageRequest)))
            : ChatError.InvalidRequest(Header, "Must be 1 to 255 visible ASCII characters.");
    }

    // RFC 9651, section 3.3.3: within quotes, a backslash stands before a quote or a backslash. Null: broken quoting.
    private static string? Unquoted(string text)
    {
        if (text is not ['"', ..])
            return text;
        var key = new System.Text.StringBuilder(text.Length);
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i == text.Length - 1 ? key.ToString() : null;
            if (text[i] == '\\' && (++i == text.Length || text[i] is not ('"' or '\\')))
                return null;
            key.Append(text[i]);
        }

        return null;
    }
}
