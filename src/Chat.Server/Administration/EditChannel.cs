using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using FluentValidation;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Chat.Server.Administration;

/// <summary>
/// Changes some of a channel's settings: the body is merged into what is there (RFC 7396; null sets the default), and the
/// whole is validated as if it were new.
/// </summary>
public sealed class EditChannel(
    Database database,
    ChannelStore channels,
    QuotaStore quotas,
    ChannelDirectory directory,
    IValidator<ChannelSettings> validator,
    IOptions<JsonOptions> json,
    TimeProvider time)
{
    private JsonSerializerOptions Json => json.Value.SerializerOptions;

    /// <summary>Merges, validates and keeps.</summary>
    public async Task<Result<ChannelResponse>> HandleAsync(Guid id, JsonObject changes, CancellationToken cancellationToken)
    {
        using var change = directory.BeginChange();
        return await database.WriteAsync<Result<ChannelResponse>>(
            async session =>
            {
                if (await channels.FindAsync(session, id) is not { } channel || await quotas.FindAccountAsync(session, channel.ChannelId) is not { } account)
                    return ChatError.NotFound;
                if (!Merge(channel.Settings, changes).Succeeded(out var settings, out var error))
                    return error;
                var edited = channel with { Settings = settings, UpdatedAt = time.GetUtcNow() };
                await channels.UpdateAsync(session, edited);
                return ChannelResponse.From(edited, account);
            },
            cancellationToken);
    }

    private Result<ChannelSettings> Merge(ChannelSettings current, JsonObject changes)
    {
        var merged = JsonSerializer.SerializeToNode(current, Json)!.AsObject();
        foreach (var (name, value) in changes)
        {
            merged.Remove(name);
            if (value is not null)
                merged[name] = value.DeepClone();
        }

        if (!JsonBody.Parse<ChannelSettings>(JsonSerializer.SerializeToUtf8Bytes(merged, Json), Json).Succeeded(out var settings, out var error))
            return error;
        return validator.Validate(settings) is { IsValid: false } verdict ? verdict.ToError() : settings;
    }
}
