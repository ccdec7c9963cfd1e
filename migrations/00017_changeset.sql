-- Where to find changesets of a scope in the log, and which alignments stand as of its end (the fold keeps its own, alignment).
-- ended is the position of the changeset that removed it, 0 while it stands.

-- +goose Up
CREATE TABLE changeset (
    pos          BIGINT PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    scope_kind   TEXT NOT NULL,
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    body         TEXT NOT NULL
);
CREATE INDEX changeset_scope ON changeset (registration, context, pos);

CREATE TABLE alignment_head (
    id           TEXT PRIMARY KEY,
    scope_kind   TEXT NOT NULL,
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    ended        BIGINT NOT NULL
);

-- +goose Down
DROP TABLE alignment_head;
DROP TABLE changeset;
