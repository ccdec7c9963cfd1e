-- One row a launch, while its pages are open. The token in the address is kept hashed only; body is the rest of the session.

-- +goose Up
CREATE TABLE session (
    hash         TEXT PRIMARY KEY,
    registration TEXT NOT NULL,
    account      TEXT NOT NULL,
    learner      TEXT NOT NULL,
    body         TEXT NOT NULL,
    created      BIGINT NOT NULL,
    expires      BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires);

-- +goose Down
DROP TABLE session;
