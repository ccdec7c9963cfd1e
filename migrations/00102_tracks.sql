-- Own ratings and endorsements: tracks beside evidence, folded from events. ordinal counts those of a learner and a capability.
-- Times in microseconds since 1970 UTC, 0 for none; pos is the event, withdrawn_pos 0 while it stands.

-- +goose Up
CREATE TABLE rating (
    learner    TEXT NOT NULL,
    capability TEXT NOT NULL,
    ordinal    INTEGER NOT NULL,
    id         TEXT NOT NULL,
    account    TEXT NOT NULL,
    now_word   TEXT NOT NULL,
    needed     TEXT NOT NULL,
    shared     BOOLEAN NOT NULL,
    at         BIGINT NOT NULL,
    pos        BIGINT NOT NULL,
    PRIMARY KEY (learner, capability, ordinal)
);

CREATE TABLE endorsement (
    learner          TEXT NOT NULL,
    capability       TEXT NOT NULL,
    ordinal          INTEGER NOT NULL,
    id               TEXT NOT NULL,
    given_by         TEXT NOT NULL,
    scope_kind       TEXT NOT NULL,
    registration     TEXT NOT NULL,
    context          TEXT NOT NULL,
    course           TEXT NOT NULL,
    at               BIGINT NOT NULL,
    until            BIGINT NOT NULL,
    note             TEXT NOT NULL,
    pos              BIGINT NOT NULL,
    withdrawn_at     BIGINT NOT NULL,
    withdrawn_by     TEXT NOT NULL,
    withdrawn_reason TEXT NOT NULL,
    withdrawn_pos    BIGINT NOT NULL,
    PRIMARY KEY (learner, capability, ordinal)
);
CREATE INDEX endorsement_id ON endorsement (id);

-- +goose Down
DROP TABLE endorsement;
DROP TABLE rating;
