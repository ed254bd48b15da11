using System.Text;

namespace Chat.Server.Quotas;

/// <summary>
/// How many tokens a text has at most, near enough, without its model's tokenizer: English runs at about four bytes of UTF-8
/// a token, most other scripts at about three. Three is used throughout, so that a reservation errs on the side of enough.
/// </summary>
public static class TokenEstimate
{
    private const int BytesPerToken = 3;

    // What the protocol spends on a message's role and separators.
    private const int PerMessage = 4;

    /// <summary>The tokens of a message with this text.</summary>
    public static int OfMessage(string text) => PerMessage + OfText(text);

    /// <summary>The tokens of a text by itself.</summary>
    public static int OfText(string text) => (Encoding.UTF8.GetByteCount(text) + BytesPerToken - 1) / BytesPerToken;

    /// <summary>How many characters (UTF-16 units) surely fit into so many tokens.</summary>
    public static int CharactersIn(int tokens) => Math.Max(0, tokens);
}
