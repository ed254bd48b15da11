-- The caller's own name for the session, for answers about one turn. It goes when the thread goes.
ALTER TABLE dbo.threads ADD session_id nvarchar(510) NULL;

-- Somebody asked to end the reply, on an instance that does not make it.
ALTER TABLE dbo.turns ADD stop_requested bit NOT NULL CONSTRAINT df_turns_stop_requested DEFAULT 0;

GO

CREATE INDEX ix_turns_stop_requested ON dbo.turns (message_id) WHERE stop_requested = 1 AND state = 0;

-- What a visitor thought of a reply: 1 or -1, and a word to the owner. It outlives the turn, as its line of usage does.
CREATE TABLE dbo.feedback (
    message_id uniqueidentifier NOT NULL CONSTRAINT pk_feedback PRIMARY KEY,
    channel_id bigint NOT NULL CONSTRAINT fk_feedback_channels REFERENCES dbo.channels (channel_id) ON DELETE CASCADE,
    rating smallint NOT NULL,
    comment nvarchar(2000) NULL,
    rated_at datetime2(3) NOT NULL,
    CONSTRAINT ck_feedback_rating CHECK (rating IN (-1, 1))
);

CREATE INDEX ix_feedback_channel ON dbo.feedback (channel_id);
