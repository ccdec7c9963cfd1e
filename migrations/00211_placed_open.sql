-- When a placed activity can be opened (microseconds since 1970 UTC; 0: no bound; closes is the first moment at which it cannot), and
-- whether it is shown in a frame on its page.

-- +goose Up
ALTER TABLE placed_activity ADD COLUMN opens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE placed_activity ADD COLUMN closes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE placed_activity ADD COLUMN framed BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE placed_activity DROP COLUMN framed;
ALTER TABLE placed_activity DROP COLUMN closes;
ALTER TABLE placed_activity DROP COLUMN opens;
