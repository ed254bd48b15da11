-- The caller's own name for the session, for answers about one turn. It goes when the thread goes.
ALTER TABLE threads ADD COLUMN session_id TEXT NULL;

-- Somebody asked to end the reply, on an instance that does not make it.
ALTER TABLE turns ADD COLUMN stop_requested INTEGER NOT NULL DEFAULT 0;

CREATE INDEX ix_turns_stop_requested ON turns (message_id) WHERE stop_requested = 1 AND state = 0;

-- What a visitor thought of a reply: 1 or -1, and a word to the owner. It outlives the turn, as its line of usage does.
CREATE TABLE feedback (
    message_id TEXT NOT NULL CONSTRAINT pk_feedback PRIMARY KEY,
    channel_id INTEGER NOT NULL CONSTRAINT fk_feedback_channels REFERENCES channels (channel_id) ON DELETE CASCADE,
    rating INTEGER NOT NULL,
    comment TEXT NULL,
    rated_at INTEGER NOT NULL,
    CONSTRAINT ck_feedback_rating CHECK (rating IN (-1, 1))
);

CREATE INDEX ix_feedback_channel ON feedback (channel_id);
