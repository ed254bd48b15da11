namespace Chat.Client;

/// <summary>
/// Refuses half a surrogate pair, as the service does. It has to happen here: the encoders put U+FFFD in its place, so the service
/// would never see it, and two session ids that differ only there would become one conversation.
/// </summary>
internal static class EncodableText
{
    public static void Check(string? text, string field)
    {
        if (text is null || IsWellFormed(text))
            return;
        throw new ChatApiException(ChatErrorCodes.InvalidRequest, $"Not sent: {field} holds half a surrogate pair.")
        {
            Details = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = ["Must be well-formed Unicode text."] },
        };
    }

    private static bool IsWellFormed(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
                continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return false;
            at++;
        }
        return true;
    }
}
