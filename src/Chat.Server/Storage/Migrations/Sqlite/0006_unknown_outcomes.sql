-- A transaction's own row, by which it is looked up whether it was kept when the reply to its commit was lost. Purged after a day.
CREATE TABLE commit_marks (
    mark_id TEXT NOT NULL CONSTRAINT pk_commit_marks PRIMARY KEY,
    created_at INTEGER NOT NULL
);

CREATE INDEX ix_commit_marks_created_at ON commit_marks (created_at);
