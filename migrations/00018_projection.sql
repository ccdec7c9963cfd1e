-- The fold of the log, part one: how far it has come, and what it decides by. Everything here and in part two can be emptied and
-- folded again.

-- +goose Up
CREATE TABLE projection_cursor (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    pos         BIGINT NOT NULL,
    emit_after  BIGINT NOT NULL,
    holder      TEXT NOT NULL,
    lease_until BIGINT NOT NULL
);
INSERT INTO projection_cursor (one, pos, emit_after, holder, lease_until) VALUES (1, 0, 0, '', 0);

CREATE TABLE alignment (
    id           TEXT PRIMARY KEY,
    capability   TEXT NOT NULL,
    scope_kind   TEXT NOT NULL,
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    body         TEXT NOT NULL,
    began        BIGINT NOT NULL,
    ended        BIGINT NOT NULL
);
CREATE INDEX alignment_capability ON alignment (capability);
CREATE INDEX alignment_scope ON alignment (registration, context) WHERE ended = 0;

CREATE TABLE rule (
    capability   TEXT NOT NULL,
    scope_kind   TEXT NOT NULL,
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    course       TEXT NOT NULL,
    kind         TEXT NOT NULL,
    n            INTEGER NOT NULL,
    PRIMARY KEY (capability, scope_kind, registration, context, course)
);

CREATE TABLE agent_link (
    pos          BIGINT PRIMARY KEY,
    learner      TEXT NOT NULL,
    account      TEXT NOT NULL,
    registration TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    agent        TEXT NOT NULL,
    ended        BIGINT NOT NULL
);
CREATE INDEX agent_link_active ON agent_link (pos) WHERE ended = 0;

-- +goose Down
DROP TABLE agent_link;
DROP TABLE rule;
DROP TABLE alignment;
DROP TABLE projection_cursor;
