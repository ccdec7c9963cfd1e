-- Statements, and what they are found by. A statement never changes, but for voided_pos.
-- +goose Up

-- Identifiers, interned. kind: xapi.TermKind. value is short enough for an index; whole is set when it is not all of it.
CREATE TABLE term (
    id    BIGINT   NOT NULL PRIMARY KEY,
    kind  SMALLINT NOT NULL,
    value TEXT     NOT NULL COLLATE "C",
    whole TEXT,
    UNIQUE (kind, value)
);

-- pos: place in the log. Times in microseconds since 1970 UTC, duration in nanoseconds. verb, actor, object: terms, 0 for none.
-- terms: "role:term" of every identifier, by commas. void: see statement_void.go. own: written by Cairn itself.
-- body: the statement as it is given back.
CREATE TABLE statement (
    pos         BIGINT   NOT NULL PRIMARY KEY,
    id          TEXT     NOT NULL COLLATE "C" UNIQUE,
    stored      BIGINT   NOT NULL,
    timestamp   BIGINT   NOT NULL,
    credential  TEXT     NOT NULL,
    own         SMALLINT NOT NULL,
    verb        BIGINT   NOT NULL,
    actor       BIGINT   NOT NULL,
    object      BIGINT   NOT NULL,
    terms       TEXT     NOT NULL,
    success     SMALLINT,
    completion  SMALLINT,
    score_milli BIGINT,
    duration    BIGINT,
    fingerprint BYTEA    NOT NULL,
    refers_to   TEXT COLLATE "C",
    void        SMALLINT NOT NULL,
    voided_pos  BIGINT,
    body        TEXT     NOT NULL
);
CREATE INDEX statement_stored ON statement (stored, pos);
CREATE INDEX statement_refers ON statement (refers_to) WHERE refers_to IS NOT NULL;

-- Where an identifier occurs: in the statement itself, or in one it refers to. Every filter is a range of this key.
CREATE TABLE statement_link (
    term BIGINT   NOT NULL,
    role SMALLINT NOT NULL,
    pos  BIGINT   NOT NULL,
    PRIMARY KEY (term, role, pos)
);

-- What statements said of an activity, merged (statement_activity.go). name and type are taken from the definition.
CREATE TABLE activity (
    term       BIGINT   NOT NULL PRIMARY KEY,
    definition TEXT     NOT NULL,
    name       TEXT     NOT NULL,
    type       TEXT     NOT NULL
);

-- +goose Down
DROP TABLE activity;
DROP TABLE statement_link;
DROP TABLE statement;
DROP TABLE term;
