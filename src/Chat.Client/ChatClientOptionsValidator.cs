using Microsoft.Extensions.Options;

namespace Chat.Client;

/// <summary>Collects every fault of the options, each naming its setting and never a value that could be the key.</summary>
internal sealed class ChatClientOptionsValidator : IValidateOptions<ChatClientOptions>
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, ChatClientOptions options)
    {
        var faults = Faults(options).Select(fault => string.IsNullOrEmpty(name) ? fault : $"Chat client '{name}': {fault}").ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(ChatClientOptions options)
    {
        if (BaseUrlFault(options.BaseUrl) is { } address)
            yield return $"{nameof(ChatClientOptions.BaseUrl)} {address}";

        if (string.IsNullOrWhiteSpace(options.ApiKey))
            yield return $"{nameof(ChatClientOptions.ApiKey)} is required.";
        else if (!VisibleAscii.IsAllOf(options.ApiKey))
            yield return $"{nameof(ChatClientOptions.ApiKey)} must be visible ASCII: a space or line break was copied along with it.";

        if (options.Timeout != Timeout.InfiniteTimeSpan && (options.Timeout <= TimeSpan.Zero || options.Timeout > LongestTimeout))
            yield return $"{nameof(ChatClientOptions.Timeout)} must be above zero and at most an hour, or infinite.";

        if (options.MaxResponseBytes is < 1024 or > 256 * 1024 * 1024)
            yield return $"{nameof(ChatClientOptions.MaxResponseBytes)} must be from 1 KiB to 256 MiB.";
    }

    private static string? BaseUrlFault(Uri? url) => url switch
    {
        null => "is required.",
        { IsAbsoluteUri: false } => "must be absolute.",
        _ when url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps => "must be http or https.",
        _ when url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0 => "must have no user, query or fragment.",
        _ => null,
    };
}
