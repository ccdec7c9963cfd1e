-- Which course a record belongs to is said by all of its context activities: around holds category and other, a JSON list like
-- under. Rows made before have none; a replay fills them.

-- +goose Up
ALTER TABLE evidence ADD COLUMN around TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE evidence DROP COLUMN around;
