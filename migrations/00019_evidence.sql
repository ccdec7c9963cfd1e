-- The fold of the log, part two: the ledger of evidence (append-only; a retraction is a row), progress with its history, and
-- which activities were seen where. score_milli is thousandths, duration nanoseconds, under and statements JSON lists.
-- parent and activity of activity_seen are values of table term.

-- +goose Up
CREATE TABLE evidence (
    alignment     TEXT NOT NULL,
    learner       TEXT NOT NULL,
    statement_pos BIGINT NOT NULL,
    link_pos      BIGINT NOT NULL,
    capability    TEXT NOT NULL,
    kind          TEXT NOT NULL,
    pos           BIGINT NOT NULL,
    statement_id  TEXT NOT NULL,
    agent         TEXT NOT NULL,
    verb          TEXT NOT NULL,
    activity      TEXT NOT NULL,
    under         TEXT NOT NULL,
    event_time    BIGINT NOT NULL,
    success       BOOLEAN,
    completion    BOOLEAN,
    score_milli   BIGINT,
    duration      BIGINT,
    PRIMARY KEY (alignment, learner, statement_pos, link_pos)
);
CREATE INDEX evidence_pair ON evidence (learner, capability);
CREATE INDEX evidence_statement ON evidence (statement_id);
CREATE INDEX evidence_link ON evidence (link_pos);

CREATE TABLE evidence_retraction (
    statement_id TEXT PRIMARY KEY,
    pos          BIGINT NOT NULL
);

CREATE TABLE progress (
    learner       TEXT NOT NULL,
    capability    TEXT NOT NULL,
    state         TEXT NOT NULL,
    have          INTEGER NOT NULL,
    need          INTEGER NOT NULL,
    percent       INTEGER NOT NULL,
    since         BIGINT NOT NULL,
    pos           BIGINT NOT NULL,
    ordinal       INTEGER NOT NULL,
    cycle         INTEGER NOT NULL,
    was_evidenced BOOLEAN NOT NULL,
    PRIMARY KEY (learner, capability)
);

CREATE TABLE transition (
    learner      TEXT NOT NULL,
    capability   TEXT NOT NULL,
    ordinal      INTEGER NOT NULL,
    pos          BIGINT NOT NULL,
    from_state   TEXT NOT NULL,
    to_state     TEXT NOT NULL,
    from_percent INTEGER NOT NULL,
    percent      INTEGER NOT NULL,
    have         INTEGER NOT NULL,
    need         INTEGER NOT NULL,
    cause        TEXT NOT NULL,
    cause_id     TEXT NOT NULL,
    at           BIGINT NOT NULL,
    statements   TEXT NOT NULL,
    PRIMARY KEY (learner, capability, ordinal)
);

CREATE TABLE activity_seen (
    parent    TEXT NOT NULL,
    activity  TEXT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (parent, activity)
);
CREATE INDEX activity_seen_activity ON activity_seen (activity);

-- +goose Down
DROP TABLE activity_seen;
DROP TABLE transition;
DROP TABLE progress;
DROP TABLE evidence_retraction;
DROP TABLE evidence;
