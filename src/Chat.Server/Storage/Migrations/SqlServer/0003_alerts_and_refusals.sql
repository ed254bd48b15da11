-- Requests that had no reply, counted by UTC day. kind: 0 refused, 1 failed. code is the one that the caller saw.
CREATE TABLE dbo.refusals (
    channel_id bigint NOT NULL CONSTRAINT fk_refusals_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    day_no int NOT NULL,
    kind tinyint NOT NULL,
    code varchar(50) COLLATE Latin1_General_BIN2 NOT NULL,
    model nvarchar(100) NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT pk_refusals PRIMARY KEY (channel_id, day_no, kind, code, model),
    CONSTRAINT ck_refusals_kind CHECK (kind IN (0, 1))
);

ALTER TABLE dbo.channels ADD alert_credits_percent int NULL;
ALTER TABLE dbo.channels ADD alert_daily_percent int NULL;
ALTER TABLE dbo.channels ADD alert_webhook_url nvarchar(4000) NULL;
ALTER TABLE dbo.channels ADD webhook_secret_sealed varbinary(2000) NULL;

-- A crossing of a threshold, once. period is the sum of the grants at the time, or the UTC day. next_attempt_at is null when
-- there is nothing left to do; it is moved on before each delivery, and so is the claim to it.
CREATE TABLE dbo.alerts (
    alert_id bigint IDENTITY(1, 1) NOT NULL CONSTRAINT pk_alerts PRIMARY KEY,
    public_id uniqueidentifier NOT NULL CONSTRAINT uq_alerts_public_id UNIQUE,
    channel_id bigint NOT NULL CONSTRAINT fk_alerts_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    kind tinyint NOT NULL,
    period bigint NOT NULL,
    threshold int NOT NULL,
    used bigint NOT NULL,
    available bigint NOT NULL,
    attempts int NOT NULL,
    next_attempt_at datetime2(3) NULL,
    delivered_at datetime2(3) NULL,
    created_at datetime2(3) NOT NULL,
    CONSTRAINT ck_alerts_kind CHECK (kind IN (0, 1))
);

CREATE UNIQUE INDEX uq_alerts_crossing ON dbo.alerts (channel_id, kind, period, threshold);
CREATE INDEX ix_alerts_due ON dbo.alerts (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
