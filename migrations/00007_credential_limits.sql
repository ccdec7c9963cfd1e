-- What a credential may not pass (lrs.Limits), and the secret it had before, which holds until previous_until (microseconds since
-- 1970 UTC). previous: SHA-256 of the secret in hexadecimal, '' when there is none.
-- +goose Up
ALTER TABLE credential ADD COLUMN home_page TEXT NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN activity TEXT NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN per_minute BIGINT NOT NULL DEFAULT 0;
ALTER TABLE credential ADD COLUMN previous TEXT NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN previous_until BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE credential DROP COLUMN previous_until;
ALTER TABLE credential DROP COLUMN previous;
ALTER TABLE credential DROP COLUMN per_minute;
ALTER TABLE credential DROP COLUMN activity;
ALTER TABLE credential DROP COLUMN home_page;
