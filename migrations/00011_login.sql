-- Logins begun: state and nonce, spent once. Rows are swept after they expired; a swept state is an unknown state.

-- +goose Up
CREATE TABLE login (
    state           TEXT PRIMARY KEY,
    nonce           TEXT NOT NULL,
    registration    TEXT NOT NULL,
    browser         TEXT NOT NULL,
    target_link_uri TEXT NOT NULL,
    created         BIGINT NOT NULL,
    expires         BIGINT NOT NULL,
    spent           BOOLEAN NOT NULL
);
CREATE INDEX login_expires ON login (expires);

-- +goose Down
DROP TABLE login;
