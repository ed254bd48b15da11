namespace Chat.Client;

/// <summary>
/// What may stand in a header as it is: with a space or a line break a value would be trimmed, split, or refused in an exception
/// that quotes it.
/// </summary>
internal static class VisibleAscii
{
    public static bool IsAllOf(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
