-- Record stores that statements are forwarded to. The log is the queue: pos is how far a target has come. secret is sealed outside.
-- due is when it may be tried next; holder has it until lease_until. Times in microseconds since 1970 UTC, paused is 0 or a time.

-- +goose Up
CREATE TABLE forward_target (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    endpoint     TEXT NOT NULL,
    access_key   TEXT NOT NULL,
    secret       TEXT NOT NULL,
    verb         TEXT NOT NULL,
    activity     TEXT NOT NULL,
    own          BIGINT NOT NULL,
    created      BIGINT NOT NULL,
    paused       BIGINT NOT NULL,
    pos          BIGINT NOT NULL,
    due          BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    problem      TEXT NOT NULL,
    holder       TEXT NOT NULL,
    lease_until  BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    last_sent    BIGINT NOT NULL
);

-- What a target refused for good. The statement stays in the log.
CREATE TABLE forward_dead (
    target    TEXT NOT NULL REFERENCES forward_target (id),
    pos       BIGINT NOT NULL,
    statement TEXT NOT NULL,
    status    BIGINT NOT NULL,
    problem   TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (target, pos)
);

-- +goose Down
DROP TABLE forward_dead;
DROP TABLE forward_target;
