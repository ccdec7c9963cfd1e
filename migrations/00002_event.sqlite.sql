-- The entries of the log that are no statements: changesets, account links, publications. The body is JSON.
-- +goose Up
CREATE TABLE event (
    pos    INTEGER NOT NULL PRIMARY KEY,
    stored BIGINT NOT NULL,
    kind   TEXT   NOT NULL,
    body   TEXT   NOT NULL
);
CREATE INDEX event_kind ON event (kind, pos);

-- +goose Down
DROP TABLE event;
