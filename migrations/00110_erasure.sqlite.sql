-- What is left of statements that were erased or purged, so that the log can still be folded and nothing comes back.
-- +goose Up

-- Counts what makes a process forget what it holds in memory: identifiers that were blanked, new tombstones.
ALTER TABLE log_head ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;

-- Ids that were in the log, as keyed hashes: what comes again is answered as stored, and dropped.
CREATE TABLE gone (
    hash TEXT    NOT NULL PRIMARY KEY,
    pos  INTEGER NOT NULL
) WITHOUT ROWID;

-- What the fold needs of statements that are gone: records that are evidence, voids that took effect, and times at which something
-- ended (own 1, nothing else). Columns as of statement.
CREATE TABLE checkpoint (
    pos         INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    stored      INTEGER NOT NULL,
    timestamp   INTEGER NOT NULL,
    own         INTEGER NOT NULL,
    verb        INTEGER NOT NULL,
    actor       INTEGER NOT NULL,
    object      INTEGER NOT NULL,
    terms       TEXT    NOT NULL,
    success     INTEGER,
    completion  INTEGER,
    score_milli INTEGER,
    duration    INTEGER,
    refers_to   TEXT,
    void        INTEGER NOT NULL,
    voided_pos  INTEGER
);

-- Which entries of the log were the first after an end of evidence: they tick, also when they are gone.
CREATE INDEX transition_expired ON transition (pos) WHERE cause = 'expiry';

-- Keys of the hashes, in hexadecimal. 1 is this instance's own; others came with the tombstones of another copy of it.
CREATE TABLE tombstone_key (
    id     INTEGER NOT NULL PRIMARY KEY,
    secret TEXT    NOT NULL UNIQUE
);
INSERT INTO tombstone_key (id, secret) VALUES (1, lower(hex(randomblob(32))));

-- Identifiers of people who were erased, as keyed hashes, and when (microseconds since 1970 UTC).
CREATE TABLE tombstone (
    key_id INTEGER NOT NULL REFERENCES tombstone_key (id),
    hash   TEXT    NOT NULL,
    erased INTEGER NOT NULL,
    PRIMARY KEY (key_id, hash)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE tombstone;
DROP TABLE tombstone_key;
DROP INDEX transition_expired;
DROP TABLE checkpoint;
DROP TABLE gone;
ALTER TABLE log_head DROP COLUMN generation;
