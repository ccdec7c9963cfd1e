-- Codes by which people prove two accounts: shown in one, typed in the other. Hashed, one an account, each good once. join_try counts
-- wrong codes typed in an account since a moment.

-- +goose Up
CREATE TABLE join_code (
    account TEXT PRIMARY KEY,
    hash    TEXT NOT NULL UNIQUE,
    expires BIGINT NOT NULL
);
CREATE INDEX join_code_expires ON join_code (expires);

CREATE TABLE join_try (
    account TEXT PRIMARY KEY,
    tries   INTEGER NOT NULL,
    since   BIGINT NOT NULL
);
CREATE INDEX join_try_since ON join_try (since);

-- +goose Down
DROP TABLE join_try;
DROP TABLE join_code;
