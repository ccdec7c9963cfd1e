-- again: 1 when a person wants a statement that a target refused to be sent once more.

-- +goose Up
ALTER TABLE forward_dead ADD COLUMN again BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE forward_dead DROP COLUMN again;
