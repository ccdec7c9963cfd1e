-- Record stores that statements are pulled from. through is the stored time there up to which everything has been taken. secret is
-- sealed outside. Times in microseconds since 1970 UTC; every in seconds; paused is 0 or a time.

-- +goose Up
CREATE TABLE source (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    endpoint     TEXT NOT NULL,
    access_key   TEXT NOT NULL,
    secret       TEXT NOT NULL,
    verb         TEXT NOT NULL,
    activity     TEXT NOT NULL,
    every        BIGINT NOT NULL,
    created      BIGINT NOT NULL,
    paused       BIGINT NOT NULL,
    through      BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    problem      TEXT NOT NULL,
    holder       TEXT NOT NULL,
    lease_until  BIGINT NOT NULL,
    stored       BIGINT NOT NULL,
    refused      BIGINT NOT NULL,
    last_refusal TEXT NOT NULL,
    last_asked   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE source;
