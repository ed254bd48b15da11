using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Chat.Server.Hosting.Logs;

/// <summary>
/// The log as JSON, one object a line: <c>Timestamp</c>, <c>LogLevel</c>, <c>Category</c>, <c>EventId</c>, <c>Message</c>, <c>State</c>
/// (the message's values by name), <c>Scopes</c> (those of what it belongs to: the request's id, and the trace's where traces are
/// exported) and <c>Exception</c>, of which the last three are left out where there is nothing to say.
/// </summary>
/// <remarks>
/// The framework's console writes as much again, and every line by itself: together a sixth of what a chat costs.
/// </remarks>
[ProviderAlias("Console")]
internal sealed class JsonLog(LogOutput output, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private const string Template = "{OriginalFormat}";

    // Quotation marks and control characters are escaped by every encoder, so no text can end its line; this one leaves the rest readable.
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Line? _line;

    private IExternalScopeProvider? _scopes;

    /// <summary>Has the log written in this form, to standard output, and in no other.</summary>
    public static void WriteTo(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.Services.AddSingleton(_ => new LogOutput(System.Console.OpenStandardOutput()));
        logging.Services.AddSingleton<ILoggerProvider, JsonLog>();
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(this, JsonEncodedText.Encode(categoryName, Form.Encoder));

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc />
    public void Dispose()
    {
        // The container that made the output ends it, after whoever still writes.
    }

    private void Write<TState>(
        JsonEncodedText category, LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // A value's own text may come to log something: its line is another.
        var line = _line ?? new Line();
        _line = null;
        var json = line.Begin();
        json.WriteStartObject();
        json.WriteString("Timestamp"u8, time.GetUtcNow().UtcDateTime);
        json.WriteString("LogLevel"u8, NameOf(level));
        json.WriteString("Category"u8, category);
        json.WriteNumber("EventId"u8, id.Id);
        json.WriteString("Message"u8, formatter(state, exception));
        WriteState(json, state);
        WriteScopes(line);
        if (exception is not null)
            json.WriteString("Exception"u8, exception.ToString());
        json.WriteEndObject();
        output.Write(line.End(), isUrgent: level >= LogLevel.Error);
        _line = line;
    }

    private static void WriteState<TState>(Utf8JsonWriter json, TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> { Count: > 1 } values)
            return;
        json.WriteStartObject("State"u8);
        for (var index = 0; index < values.Count; index++)
            WriteMember(json, values[index]);
        json.WriteEndObject();
    }

    private void WriteScopes(Line line)
    {
        line.HasScopes = false;
        _scopes?.ForEachScope(
            static (scope, line) =>
            {
                if (scope is not IReadOnlyList<KeyValuePair<string, object?>> values)
                    return;
                if (!line.HasScopes)
                    line.Json.WriteStartObject("Scopes"u8);
                line.HasScopes = true;
                for (var index = 0; index < values.Count; index++)
                    WriteMember(line.Json, values[index]);
            },
            line);
        if (line.HasScopes)
            line.Json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, KeyValuePair<string, object?> member)
    {
        if (member.Key == Template)
            return;
        json.WritePropertyName(member.Key);
        WriteValue(json, member.Value);
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case Guid id:
                json.WriteStringValue(id);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    private static ReadOnlySpan<byte> NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "Trace"u8,
        LogLevel.Debug => "Debug"u8,
        LogLevel.Information => "Information"u8,
        LogLevel.Warning => "Warning"u8,
        LogLevel.Error => "Error"u8,
        _ => "Critical"u8,
    };

    private sealed class Line
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(1024);

        public Line() => Json = new Utf8JsonWriter(_bytes, Form);

        public Utf8JsonWriter Json { get; }

        public bool HasScopes { get; set; }

        public Utf8JsonWriter Begin()
        {
            _bytes.ResetWrittenCount();
            Json.Reset();
            return Json;
        }

        public ReadOnlySpan<byte> End()
        {
            Json.Flush();
            _bytes.Write("\n"u8);
            return _bytes.WrittenSpan;
        }
    }

    private sealed class Logger(JsonLog log, JsonEncodedText category) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log._scopes?.Push(state);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(category, logLevel, eventId, state, exception, formatter);
    }
}
