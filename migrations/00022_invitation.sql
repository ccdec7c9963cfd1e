-- One-time invitations for dynamic registration. The token in the address is kept hashed only. updates is the registration that
-- may be replaced, null when a new one is to be made; registration is the one that was made or updated; claim_until is how long
-- an exchange with the platform is under way.

-- +goose Up
CREATE TABLE invitation (
    id           TEXT PRIMARY KEY,
    hash         TEXT NOT NULL UNIQUE,
    note         TEXT NOT NULL,
    updates      TEXT,
    created      BIGINT NOT NULL,
    expires      BIGINT NOT NULL,
    claim_until  BIGINT,
    used         BIGINT,
    revoked      BIGINT,
    registration TEXT
);

-- +goose Down
DROP TABLE invitation;
