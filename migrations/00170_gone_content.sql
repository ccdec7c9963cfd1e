-- What a statement that is gone held, as keyed hashes of its fingerprint: alone, and with its timestamp. So the same statement under
-- its id is told from another one. NULL for what went before this was kept: nothing can be held against it.
-- +goose Up
ALTER TABLE gone ADD COLUMN content TEXT;
ALTER TABLE gone ADD COLUMN content_at TEXT;

-- +goose Down
ALTER TABLE gone DROP COLUMN content;
ALTER TABLE gone DROP COLUMN content_at;
