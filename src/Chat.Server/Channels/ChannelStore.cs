using Chat.Server.Storage;

namespace Chat.Server.Channels;

/// <summary>The table <c>channels</c>. Reads find nothing as null; writes belong to the caller's transaction.</summary>
public sealed class ChannelStore(Database database)
{
    private const string Columns = """
        channel_id, public_id, name, website_url, model, profile, allow_profile_override, system_prompt, knowledge, guide_fallback, active, expires_at, requests_per_minute,
        requests_per_day, requests_per_minute_per_session, max_output_tokens, allowed_origins, greeting, suggested_questions, contact,
        alert_credits_percent, alert_daily_percent, alert_webhook_url, key_hash, key_sealed, created_at, updated_at
        """;

    private const string InsertColumns = """
        public_id, name, website_url, model, profile, allow_profile_override, system_prompt, knowledge, guide_fallback, active, expires_at, requests_per_minute,
        requests_per_day, requests_per_minute_per_session, max_output_tokens, allowed_origins, greeting, suggested_questions, contact,
        alert_credits_percent, alert_daily_percent, alert_webhook_url, key_hash, key_sealed, created_at, updated_at
        """;

    private const string InsertValues = """
        @PublicId, @Name, @WebsiteUrl, @Model, @Profile, @AllowProfileOverride, @SystemPrompt, @Knowledge, @GuideFallback, @Active, @ExpiresAt, @RequestsPerMinute,
        @RequestsPerDay, @RequestsPerMinutePerSession, @MaxOutputTokens, @AllowedOrigins, @Greeting, @SuggestedQuestions, @Contact,
        @AlertCreditsPercent, @AlertDailyPercent, @AlertWebhookUrl, @KeyHash, @KeySealed, @CreatedAt, @UpdatedAt
        """;

    private static readonly Sql Insert = Sql.Of(
        sqlite: $"INSERT INTO channels ({InsertColumns}) VALUES ({InsertValues}) RETURNING channel_id;",
        sqlServer: $"INSERT INTO dbo.channels ({InsertColumns}) OUTPUT inserted.channel_id VALUES ({InsertValues});");

    private static readonly Sql SelectByKeyHash = Sql.Portable($"SELECT {Columns} FROM dbo.channels WHERE key_hash = @keyHash;");

    private static readonly Sql SelectByPublicId = Sql.Portable($"SELECT {Columns} FROM dbo.channels WHERE public_id = @publicId;");

    private static readonly Sql SelectPage = Sql.Of(
        sqlite: $"SELECT {Columns} FROM channels ORDER BY channel_id LIMIT @limit OFFSET @offset;",
        sqlServer: $"SELECT {Columns} FROM dbo.channels ORDER BY channel_id OFFSET @offset ROWS FETCH NEXT @limit ROWS ONLY;");

    private static readonly Sql Count = Sql.Portable("SELECT COUNT(*) FROM dbo.channels;");

    private static readonly Sql Update = Sql.Portable("""
        UPDATE dbo.channels
        SET name = @Name, website_url = @WebsiteUrl, model = @Model, profile = @Profile,
            allow_profile_override = @AllowProfileOverride, system_prompt = @SystemPrompt, knowledge = @Knowledge,
            guide_fallback = @GuideFallback, active = @Active, expires_at = @ExpiresAt, requests_per_minute = @RequestsPerMinute,
            requests_per_day = @RequestsPerDay, requests_per_minute_per_session = @RequestsPerMinutePerSession,
            max_output_tokens = @MaxOutputTokens, allowed_origins = @AllowedOrigins, greeting = @Greeting,
            suggested_questions = @SuggestedQuestions, contact = @Contact, alert_credits_percent = @AlertCreditsPercent,
            alert_daily_percent = @AlertDailyPercent, alert_webhook_url = @AlertWebhookUrl, updated_at = @UpdatedAt
        WHERE channel_id = @ChannelId;
        """);

    private static readonly Sql UpdateKey = Sql.Portable("""
        UPDATE dbo.channels SET key_hash = @KeyHash, key_sealed = @KeySealed, updated_at = @UpdatedAt WHERE channel_id = @ChannelId;
        """);

    private static readonly Sql DeleteChannel = Sql.Portable("DELETE FROM dbo.channels WHERE channel_id = @channelId;");

    /// <summary>The channel whose key has this SHA-256.</summary>
    public Task<Channel?> FindByKeyHashAsync(byte[] keyHash, CancellationToken cancellationToken) =>
        database.ReadAsync(async session => (await session.FirstOrDefaultAsync<ChannelRow>(SelectByKeyHash, new { keyHash }))?.ToChannel(), cancellationToken);

    /// <summary>The channel of this public id.</summary>
    public Task<Channel?> FindAsync(Guid publicId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAsync(session, publicId), cancellationToken);

    /// <summary>One page of channels in the order of their making, and how many there are in all.</summary>
    public Task<(IReadOnlyList<Channel> Page, int Total)> ListAsync(int limit, int offset, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session =>
            {
                var total = await session.FirstOrDefaultAsync<int>(Count);
                var rows = await session.ListAsync<ChannelRow>(SelectPage, new { limit, offset });
                return ((IReadOnlyList<Channel>)[.. rows.Select(row => row.ToChannel())], total);
            },
            cancellationToken);

    /// <summary>The channel of this public id, within a transaction.</summary>
    public async Task<Channel?> FindAsync(DbSession session, Guid publicId) =>
        (await session.FirstOrDefaultAsync<ChannelRow>(SelectByPublicId, new { publicId }))?.ToChannel();

    /// <summary>Adds a channel and gives its number.</summary>
    public Task<long> InsertAsync(DbSession session, Channel channel) => session.FirstOrDefaultAsync<long>(Insert, ChannelRow.From(channel));

    /// <summary>Writes a channel's settings.</summary>
    public Task UpdateAsync(DbSession session, Channel channel) => session.ExecuteAsync(Update, ChannelRow.From(channel));

    /// <summary>Writes a channel's key; the former is refused from then on.</summary>
    public Task UpdateKeyAsync(DbSession session, Channel channel) => session.ExecuteAsync(UpdateKey, ChannelRow.From(channel));

    /// <summary>Deletes a channel with all that belongs to it.</summary>
    public Task DeleteAsync(DbSession session, long channelId) => session.ExecuteAsync(DeleteChannel, new { channelId });

    /// <summary>A row: the settings, and what the service adds to them.</summary>
    private sealed record ChannelRow : ChannelSettings
    {
        public ChannelRow()
        {
        }

        private ChannelRow(ChannelSettings settings)
            : base(settings)
        {
        }

        public long ChannelId { get; init; }

        public Guid PublicId { get; init; }

        public byte[] KeyHash { get; init; } = [];

        public byte[] KeySealed { get; init; } = [];

        public DateTimeOffset CreatedAt { get; init; }

        public DateTimeOffset UpdatedAt { get; init; }

        public static ChannelRow From(Channel channel) => new(channel.Settings)
        {
            ChannelId = channel.ChannelId,
            PublicId = channel.PublicId,
            KeyHash = channel.KeyHash,
            KeySealed = channel.KeySealed,
            CreatedAt = channel.CreatedAt,
            UpdatedAt = channel.UpdatedAt,
        };

        public Channel ToChannel() => new()
        {
            ChannelId = ChannelId,
            PublicId = PublicId,
            Settings = this,
            KeyHash = KeyHash,
            KeySealed = KeySealed,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };
    }
}
