-- A session's own messages of a UTC minute, for channels that limit them.
ALTER TABLE dbo.threads ADD minute_no bigint NOT NULL CONSTRAINT df_threads_minute_no DEFAULT 0;
ALTER TABLE dbo.threads ADD minute_count int NOT NULL CONSTRAINT df_threads_minute_count DEFAULT 0;

-- Until the first piece of a streamed reply; null where the reply came whole.
ALTER TABLE dbo.usage ADD first_token_ms bigint NULL;
