-- When what counts ends with nothing new (microseconds since 1970 UTC; NULL: never). What is due is found by it.

-- +goose Up
ALTER TABLE progress ADD COLUMN expires_at BIGINT;
CREATE INDEX progress_expires ON progress (expires_at) WHERE expires_at IS NOT NULL;

-- +goose Down
DROP INDEX progress_expires;
ALTER TABLE progress DROP COLUMN expires_at;
