-- Where to find changesets of a scope in the log, and which alignments stand as of its end (the fold keeps its own, alignment).
-- author is an account, or operator.

-- +goose Up
CREATE TABLE changeset (
    id           TEXT PRIMARY KEY,
    pos          BIGINT NOT NULL,
    scope_kind   TEXT NOT NULL,
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    author       TEXT NOT NULL,
    body         TEXT NOT NULL
);
CREATE INDEX changeset_scope ON changeset (registration, context, pos);

CREATE TABLE alignment_head (
    id    TEXT PRIMARY KEY,
    body  TEXT NOT NULL,
    ended BOOLEAN NOT NULL
);

-- +goose Down
DROP TABLE alignment_head;
DROP TABLE changeset;
