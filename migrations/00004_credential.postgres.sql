-- Keys of senders and readers. secret: SHA-256 of the secret. Times in microseconds since 1970 UTC.
-- +goose Up
CREATE TABLE credential (
    id        TEXT   NOT NULL PRIMARY KEY,
    name      TEXT   NOT NULL,
    secret    BYTEA  NOT NULL,
    scopes    TEXT   NOT NULL,
    created   BIGINT NOT NULL,
    revoked   BIGINT,
    last_used BIGINT
);

-- The authorities a credential's statements have, so that they can be found: as links of statements.
CREATE TABLE credential_authority (
    credential TEXT   NOT NULL,
    term       BIGINT NOT NULL,
    PRIMARY KEY (credential, term)
);

-- +goose Down
DROP TABLE credential_authority;
DROP TABLE credential;
