using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Chat.Server.Administration.Exporting;

/// <summary>
/// Everything that is kept of one channel, as JSON lines (<see cref="ExportLine"/>), of one instant. Rows go from the database
/// to the reader as both can take them: it costs the same memory however many there are.
/// </summary>
public sealed class ChannelExport(Database database, ChannelStore channels, QuotaStore quotas, IOptions<JsonOptions> json, TimeProvider time)
{
    /// <summary>The media type of JSON lines.</summary>
    public const string MediaType = "application/x-ndjson";

    /// <summary>Writes the export.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="open">Gives the place to write to, once it is known that there is such a channel. It is flushed and left open.</param>
    /// <param name="cancellationToken">Ends it; what was written lacks its last line.</param>
    /// <returns>Whether there is such a channel.</returns>
    public Task<bool> WriteAsync(Guid id, Func<PipeWriter> open, CancellationToken cancellationToken) => database.SnapshotAsync(
        async session =>
        {
            var now = time.GetUtcNow();
            if (await channels.FindAsync(session, id) is not { } channel)
                return false;
            var account = await quotas.FindAccountAsync(session, channel.ChannelId) ?? new Account();
            await using var lines = new JsonLines(open(), json.Value.SerializerOptions, cancellationToken);
            await lines.WriteAsync(new ExportedChannel { Channel = ChannelResponse.From(channel, account) });
            await WriteRecordsAsync(lines, session, channel.ChannelId, now);
            await lines.WriteAsync(new ExportEnd { Lines = lines.Count, ExportedAt = now.ToWire(), Consistent = session.IsSnapshot });
            return true;
        },
        cancellationToken);

    private static async Task WriteRecordsAsync(JsonLines lines, DbSession session, long channelId, DateTimeOffset now)
    {
        await foreach (var grant in AccountRecords.GrantsAsync(session, channelId))
            await lines.WriteAsync(ExportedGrant.From(grant));
        await foreach (var usage in AccountRecords.UsageAsync(session, channelId))
            await lines.WriteAsync(ExportedUsage.From(usage));
        await foreach (var feedback in AccountRecords.FeedbackAsync(session, channelId))
            await lines.WriteAsync(ExportedFeedback.From(feedback));
        await foreach (var unanswered in AccountRecords.UnansweredAsync(session, channelId))
            await lines.WriteAsync(ExportedUnanswered.From(unanswered));
        await foreach (var alert in AccountRecords.AlertsAsync(session, channelId))
            await lines.WriteAsync(ExportedAlert.From(alert));
        await foreach (var thread in ConversationRecords.ThreadsAsync(session, channelId, now))
            await lines.WriteAsync(ExportedThread.From(thread));
        await foreach (var turn in ConversationRecords.TurnsAsync(session, channelId, now))
        {
            foreach (var message in ExportedMessage.From(turn))
                await lines.WriteAsync(message);
        }
    }
}

/// <summary>Writes objects as lines of JSON, and waits for a reader that is slower.</summary>
internal sealed class JsonLines(PipeWriter output, JsonSerializerOptions options, CancellationToken cancellationToken) : IAsyncDisposable
{
    private const int Chunk = 32 * 1024;

    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions { Encoder = options.Encoder });
    private long _unflushed;

    /// <summary>How many lines there have been.</summary>
    public long Count { get; private set; }

    /// <summary>Writes a line.</summary>
    public async ValueTask WriteAsync(ExportLine line)
    {
        JsonSerializer.Serialize(_json, line, options);
        await _json.FlushAsync(cancellationToken);
        _unflushed += _json.BytesCommitted + 1;
        _json.Reset();
        output.Write("\n"u8);
        Count++;
        if (_unflushed < Chunk)
            return;
        _unflushed = 0;
        var flushed = await output.FlushAsync(cancellationToken);
        // The reader has gone: the rest would be read for nobody.
        if (flushed.IsCompleted)
            throw new OperationCanceledException("The reader has gone.");
    }

    /// <summary>Sends what is left on its way; the output stays open.</summary>
    public async ValueTask DisposeAsync()
    {
        await output.FlushAsync(cancellationToken);
        await _json.DisposeAsync();
    }
}
