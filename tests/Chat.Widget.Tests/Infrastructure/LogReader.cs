using System.Text;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Widget.Tests.Infrastructure;

/// <summary>Reads the transcript as it comes.</summary>
internal sealed class LogReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly StringBuilder _text = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly Lock _guard = new();
    private readonly Task _reading;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LogReader(HttpResponseMessage response, Stream body)
    {
        (_response, _body) = (response, body);
        _reading = ReadAsync();
    }

    public string Text
    {
        get
        {
            lock (_guard)
                return _text.ToString();
        }
    }

    public static async Task<LogReader> OpenAsync(WidgetApp app)
    {
        var response = await app.GetAsync("/_chat/log");
        return new LogReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>All that has come once <paramref name="part"/> has, after <paramref name="after"/> where that is given.</summary>
    public async Task<string> UntilAsync(string part, string? after = null)
    {
        using var late = new CancellationTokenSource(Eventually.Patience);
        while (true)
        {
            Task more;
            lock (_guard)
            {
                var text = _text.ToString();
                var from = after is null ? 0 : text.LastIndexOf(after, StringComparison.Ordinal);
                if (from >= 0 && text.IndexOf(part, from, StringComparison.Ordinal) >= 0)
                    return text;
                more = _more.Task;
            }

            Assert.False(_reading.IsCompleted && !more.IsCompleted, $"The page ended without '{part}': {Text}");
            await more.WaitAsync(late.Token);
        }
    }

    public void Dispose()
    {
        _body.Dispose();
        _response.Dispose();
    }

    private async Task ReadAsync()
    {
        var bytes = new byte[8_192];
        var letters = new char[8_192];
        try
        {
            for (int read; (read = await _body.ReadAsync(bytes)) > 0;)
            {
                lock (_guard)
                {
                    _text.Append(letters, 0, _decoder.GetChars(bytes, 0, read, letters, 0));
                    var before = _more;
                    _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    before.SetResult();
                }
            }
        }
        catch (Exception) when (_response is not null)
        {
            // Disposed while reading.
        }

        lock (_guard)
            _more.TrySetResult();
    }
}
