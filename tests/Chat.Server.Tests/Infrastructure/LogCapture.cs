using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>Keeps every log line of an application, with its state and exception, as text.</summary>
public sealed class LogCapture : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private static string Text(object? state) =>
        state is IEnumerable<KeyValuePair<string, object>> pairs ? string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}")) : $"{state}";

    private sealed class Logger(string category, LogCapture capture) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => capture._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<string>();
            capture._scopes.ForEachScope((scope, list) => list.Add(Text(scope)), scopes);
            capture._lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {Text(state)} {string.Join(' ', scopes)} {exception}");
        }
    }
}
