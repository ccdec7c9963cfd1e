-- The end of the one log. Statements and events draw their positions and stored times from this row, under the log's lock.
-- +goose Up
CREATE TABLE log_head (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    pos    BIGINT  NOT NULL,
    stored BIGINT  NOT NULL
);
INSERT INTO log_head (one, pos, stored) VALUES (1, 0, 0);

-- +goose Down
DROP TABLE log_head;
