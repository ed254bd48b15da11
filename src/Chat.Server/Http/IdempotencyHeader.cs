using System.Buffers;
using System.Text;
using Chat.Server.Errors;

namespace Chat.Server.Http;

/// <summary>
/// The header <c>Idempotency-Key</c>: 1 to 255 visible ASCII characters, bare as most clients send it, or as a structured-field
/// string in quotes. Both forms of one key are the same key.
/// </summary>
public static class IdempotencyHeader
{
    /// <summary>The header that carries the key.</summary>
    public const string Name = "Idempotency-Key";

    /// <summary>Set to <c>true</c> on an answer that is given again.</summary>
    public const string ReplayedName = "Idempotency-Replayed";

    internal const int MaxLength = 255;

    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    /// <summary>422: the key was used with another body.</summary>
    public static ChatError OtherBody => ChatError.InvalidRequest(Name, "This key was used with another body.");

    /// <summary>The request's key; null when it has none.</summary>
    public static Result<string?> Read(HttpRequest request)
    {
        var values = request.Headers[Name];
        return values.Count > 1 ? Malformed : Parse(values.Count == 0 ? null : values[0]);
    }

    /// <summary>The key of a header's text; null when there is none.</summary>
    public static Result<string?> Parse(string? text)
    {
        if (text is null)
            return (string?)null;
        return Unquoted(text.Trim()) is { Length: > 0 and <= MaxLength } key && !key.AsSpan().ContainsAnyExcept(Visible) ? key : Malformed;
    }

    private static ChatError Malformed => ChatError.InvalidRequest(Name, "Must be 1 to 255 visible ASCII characters.");

    // RFC 9651, section 3.3.3: within quotes, a backslash stands before a quote or a backslash. Null: broken quoting.
    private static string? Unquoted(string text)
    {
        if (text is not ['"', ..])
            return text;
        var key = new StringBuilder(text.Length);
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
