namespace Chat.Client;

/// <summary>
/// Carries calls to the service: the deadline, the one second attempt, bounded reading, and the turning of everything that can go
/// wrong into a <see cref="ChatApiException"/>. Knows no operation, so that a new one is a <see cref="ChatCall"/> and a way to
/// read its answer.
/// </summary>
internal sealed class ChatTransport(HttpClient http, ChatClientOptions options, TimeProvider time)
{
    private const int LongestError = 64 * 1024;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    // Without its last slash, a path would be replaced by what is resolved against it.
    private readonly Uri _root = new(options.BaseUrl!.AbsoluteUri.TrimEnd('/') + "/");
    private readonly string _apiKey = options.ApiKey!;
    private readonly TimeSpan _timeout = options.Timeout;
    private readonly int _longestAnswer = options.MaxResponseBytes;

    /// <summary>Makes the call and reads its answer, within the deadline.</summary>
    public async Task<T> RunAsync<T>(ChatCall call, Func<ChatAnswer, T> read, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await PersistAsync(call, read, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException stopped) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(stopped.Message, stopped, cancellationToken);
        }
        catch (OperationCanceledException late)
        {
            throw new ChatApiException(ChatErrorCodes.Timeout, "The Chat service did not answer in time.", late)
            {
                IdempotencyKey = call.IdempotencyKey,
            };
        }
    }

    private async Task<T> PersistAsync<T>(ChatCall call, Func<ChatAnswer, T> read, CancellationToken cancellationToken)
    {
        var sentAgain = false;
        while (true)
        {
            try
            {
                return await AttemptAsync(call, read, cancellationToken).ConfigureAwait(false);
            }
            catch (ChatApiException failure) when (!sentAgain && failure.Code == ChatErrorCodes.ConnectionFailed)
            {
                sentAgain = true;
            }
            catch (ChatApiException failure) when (sentAgain && failure.Code == ChatErrorCodes.RequestInProgress)
            {
                // The attempt whose connection broke is being answered: its answer is the one that the caller waits for.
                var wait = failure.RetryAfter > ShortestWait ? failure.RetryAfter.Value : ShortestWait;
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<T> AttemptAsync<T>(ChatCall call, Func<ChatAnswer, T> read, CancellationToken cancellationToken)
    {
        using var request = call.ToRequest(_root, _apiKey);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            var answer = await ReceiveAsync(call, response, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? read(answer) : throw answer.Error();
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ChatApiException(ChatErrorCodes.ConnectionFailed, "The connection to the Chat service failed.", broken)
            {
                IdempotencyKey = call.IdempotencyKey,
            };
        }
    }

    private async Task<ChatAnswer> ReceiveAsync(ChatCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var answer = new ChatAnswer(response.StatusCode, ChatResponseFacts.Of(response, time.GetUtcNow()), call.IdempotencyKey);
        try
        {
            var longest = response.IsSuccessStatusCode ? _longestAnswer : Math.Min(LongestError, _longestAnswer);
            await response.Content.LoadIntoBufferAsync(longest, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException over) when (over.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw response.IsSuccessStatusCode ? answer.TooLarge() : answer.Unexpected();
        }
        return answer with { Body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false) };
    }
}
