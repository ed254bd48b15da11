-- Times are whole milliseconds since 1970 in UTC; money is whole micro-credits; identifiers are lower-case text.

CREATE TABLE channels (
    channel_id INTEGER NOT NULL CONSTRAINT pk_channels PRIMARY KEY AUTOINCREMENT,
    public_id TEXT NOT NULL CONSTRAINT uq_channels_public_id UNIQUE,
    name TEXT NOT NULL,
    website_url TEXT NULL,
    model TEXT NOT NULL,
    system_prompt TEXT NOT NULL,
    knowledge TEXT NOT NULL,
    guide_fallback INTEGER NOT NULL,
    active INTEGER NOT NULL,
    expires_at INTEGER NULL,
    requests_per_minute INTEGER NOT NULL,
    requests_per_day INTEGER NOT NULL,
    requests_per_minute_per_session INTEGER NULL,
    max_output_tokens INTEGER NOT NULL,
    allowed_origins TEXT NOT NULL,
    greeting TEXT NULL,
    suggested_questions TEXT NOT NULL,
    contact TEXT NULL,
    key_hash BLOB NOT NULL CONSTRAINT uq_channels_key_hash UNIQUE,
    key_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

-- One hot row a channel: admission and settlement are conditional updates of it.
CREATE TABLE channel_usage (
    channel_id INTEGER NOT NULL CONSTRAINT pk_channel_usage PRIMARY KEY
        CONSTRAINT fk_channel_usage_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    minute_no INTEGER NOT NULL,
    minute_count INTEGER NOT NULL,
    day_no INTEGER NOT NULL,
    day_count INTEGER NOT NULL,
    allocated INTEGER NOT NULL,
    consumed INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    last_reserved INTEGER NOT NULL,
    CONSTRAINT ck_channel_usage_credits CHECK (consumed >= 0 AND reserved >= 0 AND consumed + reserved <= allocated)
);

-- session_hash is the SHA-256 of the caller's session id: engines disagree about the equality of text, never of bytes.
-- A thread whose session has begun another has none: it only waits to be purged.
CREATE TABLE threads (
    thread_id INTEGER NOT NULL CONSTRAINT pk_threads PRIMARY KEY AUTOINCREMENT,
    channel_id INTEGER NOT NULL CONSTRAINT fk_threads_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    session_hash BLOB NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE UNIQUE INDEX uq_threads_session ON threads (channel_id, session_hash) WHERE session_hash IS NOT NULL;
CREATE INDEX ix_threads_expires_at ON threads (expires_at);

-- state: 0 pending, 1 done, 2 failed. A turn without a thread is of a session that was forgotten while it ran: it keeps no text.
CREATE TABLE turns (
    turn_id INTEGER NOT NULL CONSTRAINT pk_turns PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL CONSTRAINT uq_turns_message_id UNIQUE,
    channel_id INTEGER NOT NULL CONSTRAINT fk_turns_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    thread_id INTEGER NULL CONSTRAINT fk_turns_threads REFERENCES threads (thread_id),
    state INTEGER NOT NULL,
    model TEXT NOT NULL,
    message TEXT NOT NULL,
    reply TEXT NULL,
    error_code TEXT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    charged INTEGER NOT NULL,
    day_no INTEGER NOT NULL,
    idempotency_key TEXT NULL,
    request_hash BLOB NULL,
    created_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    finished_at INTEGER NULL,
    CONSTRAINT ck_turns_state CHECK (state IN (0, 1, 2))
);

CREATE INDEX ix_turns_thread ON turns (thread_id, turn_id);
CREATE INDEX ix_turns_channel ON turns (channel_id);
CREATE INDEX ix_turns_pending ON turns (lease_until) WHERE state = 0;
CREATE UNIQUE INDEX uq_turns_idempotency_key ON turns (channel_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Append-only, and without a word of what was said.
CREATE TABLE usage (
    usage_id INTEGER NOT NULL CONSTRAINT pk_usage PRIMARY KEY AUTOINCREMENT,
    channel_id INTEGER NOT NULL CONSTRAINT fk_usage_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    message_id TEXT NOT NULL CONSTRAINT uq_usage_message_id UNIQUE,
    model TEXT NOT NULL,
    attempt TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    credits INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT ck_usage_credits CHECK (credits >= 0)
);

CREATE INDEX ix_usage_channel ON usage (channel_id, created_at);

CREATE TABLE credit_grants (
    grant_id INTEGER NOT NULL CONSTRAINT pk_credit_grants PRIMARY KEY AUTOINCREMENT,
    channel_id INTEGER NOT NULL CONSTRAINT fk_credit_grants_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    credits INTEGER NOT NULL,
    note TEXT NOT NULL,
    idempotency_key TEXT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT ck_credit_grants_credits CHECK (credits > 0)
);

CREATE INDEX ix_credit_grants_channel ON credit_grants (channel_id, grant_id);
CREATE UNIQUE INDEX uq_credit_grants_idempotency_key ON credit_grants (channel_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE data_protection_keys (
    key_id INTEGER NOT NULL CONSTRAINT pk_data_protection_keys PRIMARY KEY AUTOINCREMENT,
    friendly_name TEXT NOT NULL,
    xml TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
