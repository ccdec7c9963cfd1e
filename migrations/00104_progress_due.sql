-- When a pair has to be looked at again though nothing new came: what counts ends (expires_at), or some of what counts does.

-- +goose Up
ALTER TABLE progress ADD COLUMN due_at BIGINT;
UPDATE progress SET due_at = expires_at WHERE expires_at IS NOT NULL;
CREATE INDEX progress_due ON progress (due_at) WHERE due_at IS NOT NULL;

-- +goose Down
DROP INDEX progress_due;
ALTER TABLE progress DROP COLUMN due_at;
