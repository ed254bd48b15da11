namespace Chat.Client;

/// <summary>
/// Where a channel is and how to reach it. Checked when the host starts, and when a client is made: all faults are reported
/// together, none with the key in it.
/// </summary>
public sealed class ChatClientOptions
{
    /// <summary>
    /// Required. The service's address, absolute, http or https, with or without a path and a last slash; no user, query or fragment.
    /// The key travels with every request: use https wherever the network is not your own.
    /// </summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>Required. The channel's key, <c>chat_…</c>: visible ASCII. Keep it in a secret store; it never belongs in a browser.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// The longest that one call may take, waiting and sending again included: above zero and at most an hour, or
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none. Default: 100 seconds, since a long answer takes its time.
    /// Of a stream it is the longest wait for its beginning, and then for the next sign of life: the service gives one every 15 seconds.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// The longest answer that is read, in bytes: 1 KiB to 256 MiB. Default: 16 MiB, which holds hours of a busy session. Only what
    /// arrives is held in memory. Of an answer that is an error at most 64 KiB are read, whatever this says.
    /// </summary>
    public int MaxResponseBytes { get; set; } = 16 * 1024 * 1024;
}
