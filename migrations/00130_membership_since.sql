-- When somebody first opened a course. Totals of a course leave out who came since last midnight. 0: before this was kept.

-- +goose Up
ALTER TABLE membership ADD COLUMN since BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE membership DROP COLUMN since;
