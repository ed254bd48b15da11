-- A transaction's own row, by which it is looked up whether it was kept when the reply to its commit was lost. Purged after a day.
CREATE TABLE dbo.commit_marks (
    mark_id uniqueidentifier NOT NULL CONSTRAINT pk_commit_marks PRIMARY KEY,
    created_at datetime2(3) NOT NULL
);

CREATE INDEX ix_commit_marks_created_at ON dbo.commit_marks (created_at);
