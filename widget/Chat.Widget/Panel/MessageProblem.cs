using Chat.Client;
using Chat.Widget.Home;
using Chat.Widget.Texts;

namespace Chat.Widget.Panel;

/// <summary>What can be wrong with a message, and what to say about it: the service's codes, and a few that only a form can have.</summary>
internal static class MessageProblem
{
    public const string Empty = "empty";
    public const string TooLong = "too_long";
    public const string Unreadable = "unreadable";
    public const string Stale = "stale_form";
    public const string Expired = "expired_form";

    /// <summary>Nothing that a visitor is told of.</summary>
    public const string None = "";

    /// <summary>The service's limit (contract, POST /chat).</summary>
    public const int MaxCharacters = 2_000;

    /// <summary>Length as the service counts: Unicode scalar values after trimming.</summary>
    public static int CountOf(string text) => text.Trim().EnumerateRunes().Count();

    /// <summary>A text as it was written: a form sends every line break as two characters (HTML standard, 4.10.21.4).</summary>
    public static string Written(string posted) => posted.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    /// <summary>Why a text need not be sent at all, or null.</summary>
    public static string? Of(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Empty;
        if (CountOf(text) > MaxCharacters)
            return TooLong;
        return text.Contains('\0') || !IsWellFormed(text) ? Unreadable : null;
    }

    /// <summary>The sentence for a code, in the visitor's words.</summary>
    public static string Sentence(WidgetTexts texts, string code, string text = "") => code switch
    {
        Empty => texts.ErrorEmpty,
        TooLong or ChatErrorCodes.RequestTooLarge => texts.Format(texts.ErrorTooLong, texts.Number(CountOf(text)), texts.Number(MaxCharacters)),
        Unreadable or ChatErrorCodes.InvalidRequest => texts.ErrorUnreadable,
        Stale => texts.ErrorStale,
        Expired => texts.ErrorExpired,
        ChatErrorCodes.RateLimitExceeded => texts.ErrorPerMinute,
        ChatErrorCodes.DailyLimitExceeded => texts.ErrorDaily,
        ChatErrorCodes.CreditsExhausted => texts.ErrorCredits,
        ChatErrorCodes.SiteInactive or ChatErrorCodes.OriginNotAllowed => texts.ErrorInactive,
        ChatErrorCodes.AiServiceError => texts.ErrorProvider,
        ChatErrorCodes.ServiceUnavailable or ChatErrorCodes.ConnectionFailed or ChatErrorCodes.Timeout => texts.ErrorOffline,
        ChatErrorCodes.MissingApiKey or ChatErrorCodes.InvalidApiKey or ChatErrorCodes.NotFound or ChatErrorCodes.UnexpectedResponse => texts.ErrorSetup,
        _ => texts.ErrorOther,
    };

    /// <summary>Whether the contact line belongs beside it: not where the visitor only has to change the text.</summary>
    public static bool CallsForContact(string code) => code is not (Empty or TooLong or Unreadable or Stale or Expired);

    /// <summary>Whether sending the same text again at some time can help.</summary>
    public static bool CanBeRetried(string code) => code is not (Empty or TooLong or Unreadable or ChatErrorCodes.InvalidRequest or ChatErrorCodes.RequestTooLarge);

    /// <summary>The status of a page that is not redirected to, because its text is too long to be kept.</summary>
    public static int StatusOf(MessageDraft draft) => draft.Code switch
    {
        None => 200,
        Stale or Expired => 400,
        ChatErrorCodes.SiteInactive or ChatErrorCodes.CreditsExhausted => 403,
        Empty or TooLong or Unreadable or ChatErrorCodes.InvalidRequest => 422,
        ChatErrorCodes.RateLimitExceeded or ChatErrorCodes.DailyLimitExceeded => 429,
        _ => 503,
    };

    /// <summary>What is wrong with a form that is not genuine.</summary>
    public static string CodeOf(FormVerdict verdict) => verdict switch
    {
        FormVerdict.Trapped => None,
        FormVerdict.Expired => Expired,
        _ => Stale,
    };

    // What UTF-8 cannot hold. A form never sends it; a program may.
    private static bool IsWellFormed(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
                continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text, at))
                return false;
            at++;
        }

        return true;
    }
}
