using Microsoft.Extensions.AI;

namespace Chat.Server.Providers.OpenAI;

/// <summary>
/// How much of an answer is taken in. The tokens that were asked for bound it: a token is seldom longer than 20 characters, so
/// what passes these limits does not come from a model that keeps to its own, and memory stays flat whatever is sent.
/// </summary>
/// <param name="Characters">Of the reply's text, in UTF-16 units.</param>
/// <param name="EventBytes">Of one event, or of an answer that is not streamed. JSON may write a character in six bytes.</param>
/// <param name="TotalBytes">Of a whole stream, with what is around the text in each event.</param>
internal sealed record ReplyLimits(int Characters, long EventBytes, long TotalBytes)
{
    private const int DefaultTokens = 8_192;
    private const int MaxTokens = 65_536;

    public static ReplyLimits For(ChatOptions? options)
    {
        var tokens = Math.Clamp(options?.MaxOutputTokens ?? DefaultTokens, 1, MaxTokens);
        var characters = (16 * 1024) + (tokens * 64);
        return new ReplyLimits(characters, (256 * 1024) + (characters * 8L), (1024 * 1024) + (tokens * 2_048L) + (characters * 8L));
    }
}
