using System.Net.Http.Headers;
using Chat.Server.Channels;

namespace Chat.Server.Quotas.Alerts;

/// <summary>
/// Calls webhooks. Before each attempt the next one is written down, by a conditional update: that is at once the claim, the
/// back-off and the recovery from a crash, so any number of instances may run it. An alert is sent once in the normal case, and
/// again only where a success was not kept; its id tells. The address is the operator's to choose: what it reaches, the
/// service's own network reaches.
/// </summary>
public sealed partial class AlertDelivery(
    AlertStore store, WebhookSecrets secrets, IHttpClientFactory clients, TimeProvider time, ILogger<AlertDelivery> logger)
    : BackgroundService
{
    internal const string HttpClientName = "webhooks";

    private const int BatchSize = 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(2);

    // Eight attempts over most of a day. The shortest is longer than a call may take: no claim overlaps the next.
    private static readonly TimeSpan[] Waits = [.. new[] { 0.5, 2, 8, 30, 120, 360, 720 }.Select(minutes => TimeSpan.FromMinutes(minutes))];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var now = time.GetUtcNow();
                var due = await store.DueAsync(now, now - MaxAge, BatchSize, stoppingToken);
                await Task.WhenAll(due.Select(alert => AttemptAsync(alert, stoppingToken)));
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Log.RoundFailed(logger, fault);
            }
        }
    }

    private async Task AttemptAsync(DueAlert alert, CancellationToken cancellationToken)
    {
        var next = alert.Attempts < Waits.Length ? time.GetUtcNow() + Jittered(Waits[alert.Attempts]) : (DateTimeOffset?)null;
        if (!await store.ClaimAsync(alert, next, cancellationToken))
            return;
        if (await secrets.FindAsync(alert.ChannelPublicId, cancellationToken) is { } secret && await SendAsync(alert, secret, cancellationToken))
            await store.SetDeliveredAsync(alert.AlertId, time.GetUtcNow(), cancellationToken);
        else if (next is null)
            Log.GivenUp(logger, alert.PublicId, alert.ChannelPublicId);
    }

    private async Task<bool> SendAsync(DueAlert alert, string secret, CancellationToken cancellationToken)
    {
        var body = AlertJson.Text(AlertMessage.Of(alert));
        using var request = new HttpRequestMessage(HttpMethod.Post, alert.Url)
        {
            Content = new StringContent(body, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(secret, time.GetUtcNow(), body));
        try
        {
            using var client = clients.CreateClient(HttpClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return true;
            Log.NotTaken(logger, alert.PublicId, alert.ChannelPublicId, $"status {(int)response.StatusCode}");
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.NotTaken(logger, alert.PublicId, alert.ChannelPublicId, fault is HttpRequestException http ? http.HttpRequestError.ToString() : "time-out");
        }

        return false;
    }

    // Up to a fifth longer: what failed together is not tried again together.
    private static TimeSpan Jittered(TimeSpan wait) => wait * (1 + (Random.Shared.NextDouble() / 5));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A round of webhook calls failed; the next one tries again.")]
        public static partial void RoundFailed(ILogger logger, Exception fault);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The webhook of channel {ChannelId} did not take alert {AlertId}: {Reason}.")]
        public static partial void NotTaken(ILogger logger, Guid alertId, Guid channelId, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "The webhook of channel {ChannelId} never took alert {AlertId}; it is not tried again.")]
        public static partial void GivenUp(ILogger logger, Guid alertId, Guid channelId);
    }
}
