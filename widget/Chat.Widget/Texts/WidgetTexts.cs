namespace Chat.Widget.Texts;

/// <summary>
/// Every text that a visitor sees or hears, in one language. <c>{0}</c> and <c>{1}</c> stand where a value goes. Where a number is counted, the forms are
/// separated by a bar, in the order of the language's plural rules: English, "{0} second|{0} seconds".
/// </summary>
public sealed partial record WidgetTexts
{
    /// <summary>The language's code, such as <c>en</c>: for the page's <c>lang</c>, plural rules, dates and numbers.</summary>
    public required string Language { get; init; }

    /// <summary>
    /// How the visitor writes dates and numbers in that language, such as <c>en-GB</c>. Null, the default: as the visitor's browser says, where its language is this one,
    /// else as the language itself does.
    /// </summary>
    public string? Locale { get; init; }

    /// <summary>Whether the language is written from right to left. Default false.</summary>
    public bool IsRightToLeft { get; init; }

    /// <summary>On the button that opens the chat.</summary>
    public required string Launcher { get; init; }

    /// <summary>On the button that closes it.</summary>
    public required string Close { get; init; }

    /// <summary>Above the conversation, where the owner has set nothing.</summary>
    public required string Title { get; init; }

    /// <summary>What the chat says first, where nobody has set anything.</summary>
    public required string Greeting { get; init; }

    /// <summary>Names the suggested questions.</summary>
    public required string Suggestions { get; init; }

    /// <summary>Names the part where the conversation stands.</summary>
    public required string Conversation { get; init; }

    /// <summary>Names the field where the visitor writes.</summary>
    public required string Message { get; init; }

    /// <summary>In the empty field.</summary>
    public required string Placeholder { get; init; }

    /// <summary>On the button that sends.</summary>
    public required string Send { get; init; }

    /// <summary>Below the field; {0} is the limit.</summary>
    public required string ComposerHint { get; init; }

    /// <summary>Names what the visitor said.</summary>
    public required string You { get; init; }

    /// <summary>Names what the bot said.</summary>
    public required string Assistant { get; init; }

    /// <summary>While the answer is awaited.</summary>
    public required string Typing { get; init; }

    /// <summary>On the button that ends an answer.</summary>
    public required string Stop { get; init; }

    /// <summary>Where an answer was ended before anything was said.</summary>
    public required string Stopped { get; init; }

    /// <summary>When nothing has come for a while; a link that loads the conversation again.</summary>
    public required string Stalled { get; init; }

    /// <summary>On the button that asks again.</summary>
    public required string Retry { get; init; }

    /// <summary>On the button that opens the menu.</summary>
    public required string Menu { get; init; }

    /// <summary>On the button that forgets the conversation.</summary>
    public required string NewConversation { get; init; }

    /// <summary>On the link to the conversation as a page.</summary>
    public required string Transcript { get; init; }

    /// <summary>On the link to the conversation as a file.</summary>
    public required string SaveAsText { get; init; }

    /// <summary>How a page is printed without a script.</summary>
    public required string PrintHint { get; init; }

    /// <summary>Where there is nothing to read yet.</summary>
    public required string Empty { get; init; }

    /// <summary>On the line that names whom to reach.</summary>
    public required string Contact { get; init; }

    /// <summary>On the link to the privacy statement.</summary>
    public required string Privacy { get; init; }

    /// <summary>Names the buttons that rate an answer.</summary>
    public required string Rate { get; init; }

    /// <summary>On the button for an answer that helped.</summary>
    public required string Helpful { get; init; }

    /// <summary>On the button for one that did not.</summary>
    public required string NotHelpful { get; init; }

    /// <summary>After a rating.</summary>
    public required string Thanks { get; init; }

    /// <summary>Nothing was written.</summary>
    public required string ErrorEmpty { get; init; }

    /// <summary>Too much was written; {0} is how much, {1} the limit.</summary>
    public required string ErrorTooLong { get; init; }

    /// <summary>The message holds characters that cannot be sent.</summary>
    public required string ErrorUnreadable { get; init; }

    /// <summary>Too many messages in this minute.</summary>
    public required string ErrorPerMinute { get; init; }

    /// <summary>Too many messages today.</summary>
    public required string ErrorDaily { get; init; }

    /// <summary>The channel's credits are used up.</summary>
    public required string ErrorCredits { get; init; }

    /// <summary>The channel is switched off.</summary>
    public required string ErrorInactive { get; init; }

    /// <summary>No answer could be made.</summary>
    public required string ErrorProvider { get; init; }

    /// <summary>The service cannot be reached, or its store cannot.</summary>
    public required string ErrorOffline { get; init; }

    /// <summary>The site's settings are wrong: no fault of the visitor's.</summary>
    public required string ErrorSetup { get; init; }

    /// <summary>The form was too old, or cookies are blocked.</summary>
    public required string ErrorStale { get; init; }

    /// <summary>The form was too old; cookies have nothing to do with it.</summary>
    public required string ErrorExpired { get; init; }

    /// <summary>Beside a field that no visitor sees, but in a text browser, and that only programs fill.</summary>
    public required string LeaveEmpty { get; init; }

    /// <summary>Anything else.</summary>
    public required string ErrorOther { get; init; }

    /// <summary>When it is worth trying again; {0} is a time such as "20 seconds".</summary>
    public required string TryAgainIn { get; init; }

    /// <summary>When it is worth trying again: at once.</summary>
    public required string TryAgainNow { get; init; }

    /// <summary>A number of seconds, in the language's plural forms.</summary>
    public required string Seconds { get; init; }

    /// <summary>A number of minutes, in the language's plural forms.</summary>
    public required string Minutes { get; init; }

    /// <summary>A number of hours, in the language's plural forms.</summary>
    public required string Hours { get; init; }
}
