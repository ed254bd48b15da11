-- Requests that had no reply, counted by UTC day. kind: 0 refused, 1 failed. code is the one that the caller saw.
CREATE TABLE refusals (
    channel_id INTEGER NOT NULL CONSTRAINT fk_refusals_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    day_no INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    code TEXT NOT NULL,
    model TEXT NOT NULL,
    count INTEGER NOT NULL,
    CONSTRAINT pk_refusals PRIMARY KEY (channel_id, day_no, kind, code, model),
    CONSTRAINT ck_refusals_kind CHECK (kind IN (0, 1))
);

ALTER TABLE channels ADD COLUMN alert_credits_percent INTEGER NULL;
ALTER TABLE channels ADD COLUMN alert_daily_percent INTEGER NULL;
ALTER TABLE channels ADD COLUMN alert_webhook_url TEXT NULL;
ALTER TABLE channels ADD COLUMN webhook_secret_sealed BLOB NULL;

-- A crossing of a threshold, once. period is the sum of the grants at the time, or the UTC day. next_attempt_at is null when
-- there is nothing left to do; it is moved on before each delivery, and so is the claim to it.
CREATE TABLE alerts (
    alert_id INTEGER NOT NULL CONSTRAINT pk_alerts PRIMARY KEY AUTOINCREMENT,
    public_id TEXT NOT NULL CONSTRAINT uq_alerts_public_id UNIQUE,
    channel_id INTEGER NOT NULL CONSTRAINT fk_alerts_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    kind INTEGER NOT NULL,
    period INTEGER NOT NULL,
    threshold INTEGER NOT NULL,
    used INTEGER NOT NULL,
    available INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER NULL,
    delivered_at INTEGER NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT ck_alerts_kind CHECK (kind IN (0, 1))
);

CREATE UNIQUE INDEX uq_alerts_crossing ON alerts (channel_id, kind, period, threshold);
CREATE INDEX ix_alerts_due ON alerts (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
