using System.Text;
using System.Text.Json.Nodes;
using Chat.Server.Hosting.Logs;
using Chat.Server.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Server.Tests.Hosting.Logs;

/// <summary>The form of the log's lines, through the framework's own logger factory.</summary>
public sealed partial class JsonLogTests
{
    private readonly FakeTime _time = new(new DateTimeOffset(2026, 11, 22, 7, 0, 0, 123, TimeSpan.Zero));

    [Fact]
    public void A_line_names_when_how_grave_where_and_what()
    {
        var line = Assert.Single(Written(logger => Log.Answered(logger, "GET", 200, 1.5, null)));

        Assert.Equal(_time.GetUtcNow(), (DateTimeOffset)line["Timestamp"]!);
        Assert.Equal("Information", (string?)line["LogLevel"]);
        Assert.Equal("Shop.Bicycles", (string?)line["Category"]);
        Assert.Equal(17, (int?)line["EventId"]);
        Assert.Equal("GET answered 200 in 1.5 ms ((null)).", (string?)line["Message"]);
        Assert.Equal("""{"Method":"GET","Status":200,"Elapsed":1.5,"Channel":null}""", line["State"]!.ToJsonString());
        Assert.False(line.ContainsKey("Scopes") || line.ContainsKey("Exception"));
    }

    [Fact]
    public void A_line_is_one_object_whatever_its_values_hold()
    {
        const string forged = "end\"}\r\n{\"LogLevel\":\"Critical\"}\u2028\0\ud83d";
        var bytes = Bytes(logger =>
        {
            using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("Forged", forged) });
            Log.Answered(logger, forged, int.MaxValue, double.NaN, Guid.Empty);
        });

        var text = Encoding.UTF8.GetString(bytes);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain('\r', text);
        var line = JsonNode.Parse(text)!.AsObject();
        Assert.Equal("Information", (string?)line["LogLevel"]);
        Assert.StartsWith("end\"}\r\n{", (string?)line["State"]!["Method"], StringComparison.Ordinal);
        Assert.StartsWith("end\"}\r\n{", (string?)line["Scopes"]!["Forged"], StringComparison.Ordinal);
        Assert.Equal("NaN", (string?)line["State"]!["Elapsed"]);
        Assert.Equal(Guid.Empty.ToString(), (string?)line["State"]!["Channel"]);
    }

    [Fact]
    public void Scopes_are_told_by_name_and_a_plain_one_not_at_all()
    {
        var lines = Written(logger =>
        {
            using var plain = logger.BeginScope("no names");
            Log.Answered(logger, "GET", 1, 1, null);
            using var outer = logger.BeginScope(new KeyValuePair<string, object>[] { new("RequestId", "r-1"), new("Tries", 2L) });
            using var inner = logger.BeginScope(new KeyValuePair<string, object>[] { new("Kept", true) });
            Log.Answered(logger, "GET", 2, 1, null);
        });

        Assert.False(lines[0].ContainsKey("Scopes"));
        Assert.Equal("""{"RequestId":"r-1","Tries":2,"Kept":true}""", lines[1]["Scopes"]!.ToJsonString());
    }

    [Fact]
    public void A_fault_is_told_with_its_stack()
    {
        var line = Assert.Single(Written(logger => Log.Failed(logger, new InvalidOperationException("The chain is off."))));

        Assert.Equal("Error", (string?)line["LogLevel"]);
        Assert.Contains("InvalidOperationException: The chain is off.", (string?)line["Exception"], StringComparison.Ordinal);
        Assert.False(line.ContainsKey("State"));
    }

    [Fact]
    public void A_value_that_logs_while_it_is_written_spoils_no_line()
    {
        var lines = Written(logger => Log.Told(logger, new Talkative(logger)));

        Assert.Equal(["GET answered 3 in 1.0 ms ((null)).", "Told by a bicycle."], lines.Select(line => (string?)line["Message"]).Distinct());
    }

    [Fact]
    public void A_level_that_settings_leave_out_is_not_written() =>
        Assert.Empty(Written(logger => Log.Answered(logger, "GET", 200, 1, null), LogLevel.Warning));

    private List<JsonObject> Written(Action<ILogger> log, LogLevel least = LogLevel.Information) =>
        [.. Encoding.UTF8.GetString(Bytes(log, least)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    private byte[] Bytes(Action<ILogger> log, LogLevel least = LogLevel.Information)
    {
        using var stream = new MemoryStream();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time).AddSingleton(_ => new LogOutput(stream));
        services.AddLogging(logging => logging.SetMinimumLevel(least)).AddSingleton<ILoggerProvider, JsonLog>();
        using (var provider = services.BuildServiceProvider())
            log(provider.GetRequiredService<ILoggerFactory>().CreateLogger("Shop.Bicycles"));
        return stream.ToArray();
    }

    private sealed class Talkative(ILogger logger)
    {
        public override string ToString()
        {
            Log.Answered(logger, "GET", 3, 1, null);
            return "a bicycle";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 17, Level = LogLevel.Information, Message = "{Method} answered {Status} in {Elapsed:0.0} ms ({Channel}).")]
        public static partial void Answered(ILogger logger, string method, int status, double elapsed, Guid? channel);

        [LoggerMessage(EventId = 18, Level = LogLevel.Error, Message = "It failed.")]
        public static partial void Failed(ILogger logger, Exception fault);

        [LoggerMessage(EventId = 19, Level = LogLevel.Information, Message = "Told by {Who}.")]
        public static partial void Told(ILogger logger, object who);
    }
}
