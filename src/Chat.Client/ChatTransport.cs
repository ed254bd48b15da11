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
    public Task<T> RunAsync<T>(ChatCall call, Func<ChatAnswer, T> read, CancellationToken cancellationToken) => WithinAsync(
        call,
        async stop =>
        {
            using var response = await SendAsync(call, stop).ConfigureAwait(false);
            return read(await ReceiveAsync(call, response, stop).ConfigureAwait(false));
        },
        cancellationToken);

    /// <summary>Makes the call and hands over its answer once it has begun, as events; refusals come as with any other call.</summary>
    public Task<ChatEventReader> OpenAsync(ChatCall call, CancellationToken cancellationToken) => WithinAsync(
        call,
        async stop =>
        {
            var response = await SendAsync(call, stop).ConfigureAwait(false);
            try
            {
                var answer = AnswerOf(call, response);
                if (response.Content.Headers.ContentType?.MediaType != ChatCall.EventStreamType)
                    throw answer.Unexpected();
                var body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
                return new ChatEventReader(response, body, answer, new StreamLimits(_longestAnswer, _timeout, time), cancellationToken);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        },
        cancellationToken);

    private async Task<T> WithinAsync<T>(ChatCall call, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await PersistAsync(call, attempt, either.Token).ConfigureAwait(false);
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

    private async Task<T> PersistAsync<T>(ChatCall call, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var sentAgain = false;
        while (true)
        {
            try
            {
                return await AttemptAsync(call, attempt, cancellationToken).ConfigureAwait(false);
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

    private static async Task<T> AttemptAsync<T>(ChatCall call, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await attempt(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ChatApiException(ChatErrorCodes.ConnectionFailed, "The connection to the Chat service failed.", broken)
            {
                IdempotencyKey = call.IdempotencyKey,
            };
        }
    }

    /// <summary>The beginning of a success; anything else is read and thrown.</summary>
    private async Task<HttpResponseMessage> SendAsync(ChatCall call, CancellationToken cancellationToken)
    {
        using var request = call.ToRequest(_root, _apiKey);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw (await ReceiveAsync(call, response, cancellationToken).ConfigureAwait(false)).Error();
    }

    private ChatAnswer AnswerOf(ChatCall call, HttpResponseMessage response) =>
        new(response.StatusCode, ChatResponseFacts.Of(response, time.GetUtcNow()), call.IdempotencyKey);

    private async Task<ChatAnswer> ReceiveAsync(ChatCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var answer = AnswerOf(call, response);
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
