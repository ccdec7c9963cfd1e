-- How long statements are kept. A rule takes what was stored longer ago than its days; '' of a condition takes all. last_run is
-- microseconds since 1970 UTC, 0 before the first; purged counts what it has taken so far.
-- +goose Up
CREATE TABLE retention_rule (
    name         TEXT   NOT NULL PRIMARY KEY,
    days         BIGINT NOT NULL,
    verb         TEXT   NOT NULL,
    activity     TEXT   NOT NULL,
    registration TEXT   NOT NULL,
    created      BIGINT NOT NULL,
    last_run     BIGINT NOT NULL,
    purged       BIGINT NOT NULL
);

-- Whose statement it was: a void may still come.
ALTER TABLE checkpoint ADD COLUMN credential TEXT NOT NULL DEFAULT '';

-- Which position of the log a date stands for, also where statements were purged.
CREATE INDEX checkpoint_stored ON checkpoint (stored);

-- +goose Down
DROP INDEX checkpoint_stored;
ALTER TABLE checkpoint DROP COLUMN credential;
DROP TABLE retention_rule;
