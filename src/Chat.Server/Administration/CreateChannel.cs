using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using FluentValidation;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Chat.Server.Administration;

/// <summary>The body of <c>POST /admin/v1/channels</c>: a channel's settings, and its first credits.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateChannelRequest : ChannelSettings
{
    /// <summary>Credits to begin with; absent: <c>Credits:OnCreate</c>.</summary>
    [Range(0, (double)Quotas.Credits.MaxGrant)]
    public decimal? Credits { get; set; }
}

/// <summary>The rules of <see cref="CreateChannelRequest"/>.</summary>
internal sealed class CreateChannelValidator : AbstractValidator<CreateChannelRequest>
{
    public CreateChannelValidator(IValidator<ChannelSettings> settings)
    {
        Include(settings);
        RuleFor(request => request.Credits).InclusiveBetween(0, Credits.MaxGrant).WithMessage($"Must be between 0 and {Credits.MaxGrant}.");
    }
}

/// <summary>Makes a channel: row, key, account and first grant in one transaction.</summary>
public sealed class CreateChannel(
    Database database,
    ChannelStore channels,
    QuotaStore quotas,
    GrantStore grants,
    KeySealer sealer,
    IValidator<CreateChannelRequest> validator,
    IOptions<JsonOptions> json,
    IOptions<CreditsOptions> credits,
    TimeProvider time)
{
    private const string FirstGrant = "Credits of a new channel";

    /// <summary>Reads and validates what was given, makes the channel and gives it with its key.</summary>
    public async Task<Result<ChannelResponse>> HandleAsync(JsonObject given, CancellationToken cancellationToken)
    {
        // Null is a setting's default, here as in an edit: what is left out gets it.
        var settings = new JsonObject(given.Where(setting => setting.Value is not null).Select(setting => KeyValuePair.Create(setting.Key, setting.Value?.DeepClone())));
        var options = json.Value.SerializerOptions;
        if (!JsonBody.Parse<CreateChannelRequest>(JsonSerializer.SerializeToUtf8Bytes(settings, options), options).Succeeded(out var request, out var error))
            return error;
        return validator.Validate(request) is { IsValid: false } verdict ? verdict.ToError() : await HandleAsync(request, null, cancellationToken);
    }

    /// <summary>Makes the channel and gives it with its key.</summary>
    /// <param name="request">Valid settings.</param>
    /// <param name="publicId">The id it is to have; null: a new one.</param>
    /// <param name="cancellationToken">Ends the work before it is kept.</param>
    public Task<ChannelResponse> HandleAsync(CreateChannelRequest request, Guid? publicId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = publicId ?? Guid.CreateVersion7(now);
        var key = ChannelKey.Create();
        var channel = new Channel
        {
            PublicId = id,
            Settings = request,
            KeyHash = ChannelKey.Hash(key),
            KeySealed = sealer.Seal(id, key),
            CreatedAt = now,
            UpdatedAt = now,
        };
        var microCredits = Credits.ToMicro(request.Credits ?? credits.Value.OnCreate);
        return database.WriteAsync(
            async session =>
            {
                var channelId = await channels.InsertAsync(session, channel);
                await quotas.OpenAccountAsync(session, channelId);
                if (microCredits > 0)
                    await grants.AddAsync(session, channelId, microCredits, FirstGrant, key: null, now);
                return ChannelResponse.From(channel, new Account { Allocated = microCredits }, key);
            },
            cancellationToken);
    }
}
