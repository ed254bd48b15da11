-- Times are datetime2(3) in UTC; money is whole micro-credits in a bigint; keys that compare byte for byte are binary or BIN2.

CREATE TABLE dbo.channels (
    channel_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_channels PRIMARY KEY,
    public_id uniqueidentifier NOT NULL CONSTRAINT uq_channels_public_id UNIQUE,
    name nvarchar(400) NOT NULL,
    website_url nvarchar(4000) NULL,
    model nvarchar(100) NOT NULL,
    system_prompt nvarchar(max) NOT NULL,
    knowledge nvarchar(max) NOT NULL,
    guide_fallback bit NOT NULL,
    active bit NOT NULL,
    expires_at datetime2(3) NULL,
    requests_per_minute int NOT NULL,
    requests_per_day int NOT NULL,
    requests_per_minute_per_session int NULL,
    max_output_tokens int NOT NULL,
    allowed_origins nvarchar(max) NOT NULL,
    greeting nvarchar(4000) NULL,
    suggested_questions nvarchar(max) NOT NULL,
    contact nvarchar(4000) NULL,
    key_hash binary(32) NOT NULL CONSTRAINT uq_channels_key_hash UNIQUE,
    key_sealed varbinary(2000) NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL
);

-- One hot row a channel: admission and settlement are conditional updates of it.
CREATE TABLE dbo.channel_usage (
    channel_id bigint NOT NULL CONSTRAINT pk_channel_usage PRIMARY KEY
        CONSTRAINT fk_channel_usage_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    minute_no bigint NOT NULL,
    minute_count int NOT NULL,
    day_no int NOT NULL,
    day_count int NOT NULL,
    allocated bigint NOT NULL,
    consumed bigint NOT NULL,
    reserved bigint NOT NULL,
    last_reserved bigint NOT NULL,
    CONSTRAINT ck_channel_usage_credits CHECK (consumed >= 0 AND reserved >= 0 AND consumed + reserved <= allocated)
);

-- session_hash is the SHA-256 of the caller's session id: engines disagree about the equality of text, never of bytes.
-- A thread whose session has begun another has none: it only waits to be purged.
CREATE TABLE dbo.threads (
    thread_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_threads PRIMARY KEY,
    channel_id bigint NOT NULL CONSTRAINT fk_threads_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    session_hash binary(32) NULL,
    created_at datetime2(3) NOT NULL,
    expires_at datetime2(3) NOT NULL
);

CREATE UNIQUE INDEX uq_threads_session ON dbo.threads (channel_id, session_hash) WHERE session_hash IS NOT NULL;
CREATE INDEX ix_threads_expires_at ON dbo.threads (expires_at);

-- state: 0 pending, 1 done, 2 failed. A turn without a thread is of a session that was forgotten while it ran: it keeps no text.
-- Deleting a channel cascades to its turns and threads at once; the reference between the two is checked after that.
CREATE TABLE dbo.turns (
    turn_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_turns PRIMARY KEY,
    message_id uniqueidentifier NOT NULL CONSTRAINT uq_turns_message_id UNIQUE,
    channel_id bigint NOT NULL CONSTRAINT fk_turns_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    thread_id bigint NULL CONSTRAINT fk_turns_threads REFERENCES dbo.threads (thread_id),
    state tinyint NOT NULL,
    model nvarchar(100) NOT NULL,
    message nvarchar(4000) NOT NULL,
    reply nvarchar(max) NULL,
    error_code varchar(50) NULL,
    prompt_tokens int NOT NULL,
    completion_tokens int NOT NULL,
    reserved bigint NOT NULL,
    charged bigint NOT NULL,
    day_no int NOT NULL,
    idempotency_key nvarchar(255) COLLATE Latin1_General_BIN2 NULL,
    request_hash binary(32) NULL,
    created_at datetime2(3) NOT NULL,
    lease_until datetime2(3) NOT NULL,
    finished_at datetime2(3) NULL,
    CONSTRAINT ck_turns_state CHECK (state IN (0, 1, 2))
);

CREATE INDEX ix_turns_thread ON dbo.turns (thread_id, turn_id);
CREATE INDEX ix_turns_channel ON dbo.turns (channel_id);
CREATE INDEX ix_turns_pending ON dbo.turns (lease_until) WHERE state = 0;
CREATE UNIQUE INDEX uq_turns_idempotency_key ON dbo.turns (channel_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Append-only, and without a word of what was said.
CREATE TABLE dbo.usage (
    usage_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_usage PRIMARY KEY,
    channel_id bigint NOT NULL CONSTRAINT fk_usage_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    message_id uniqueidentifier NOT NULL CONSTRAINT uq_usage_message_id UNIQUE,
    model nvarchar(100) NOT NULL,
    attempt nvarchar(300) NOT NULL,
    prompt_tokens int NOT NULL,
    completion_tokens int NOT NULL,
    credits bigint NOT NULL,
    duration_ms bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    CONSTRAINT ck_usage_credits CHECK (credits >= 0)
);

CREATE INDEX ix_usage_channel ON dbo.usage (channel_id, created_at);

CREATE TABLE dbo.credit_grants (
    grant_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_credit_grants PRIMARY KEY,
    channel_id bigint NOT NULL CONSTRAINT fk_credit_grants_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    credits bigint NOT NULL,
    note nvarchar(1000) NOT NULL,
    idempotency_key nvarchar(255) COLLATE Latin1_General_BIN2 NULL,
    created_at datetime2(3) NOT NULL,
    CONSTRAINT ck_credit_grants_credits CHECK (credits > 0)
);

CREATE INDEX ix_credit_grants_channel ON dbo.credit_grants (channel_id, grant_id);
CREATE UNIQUE INDEX uq_credit_grants_idempotency_key ON dbo.credit_grants (channel_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE dbo.data_protection_keys (
    key_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_data_protection_keys PRIMARY KEY,
    friendly_name nvarchar(400) NOT NULL,
    xml nvarchar(max) NOT NULL,
    created_at datetime2(3) NOT NULL
);
