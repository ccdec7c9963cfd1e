-- Which position of the log a date stands for.

-- +goose Up
CREATE INDEX event_stored ON event (stored);

-- +goose Down
DROP INDEX event_stored;
