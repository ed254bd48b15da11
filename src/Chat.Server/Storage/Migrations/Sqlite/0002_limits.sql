-- A session's own messages of a UTC minute, for channels that limit them.
ALTER TABLE threads ADD COLUMN minute_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE threads ADD COLUMN minute_count INTEGER NOT NULL DEFAULT 0;

-- Until the first piece of a streamed reply; null where the reply came whole.
ALTER TABLE usage ADD COLUMN first_token_ms INTEGER NULL;
