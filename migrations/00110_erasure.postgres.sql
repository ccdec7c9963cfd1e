-- What is left of statements that were erased or purged, so that the log can still be folded and nothing comes back.
-- +goose Up

-- Counts what makes a process forget what it holds in memory: identifiers that were blanked, new tombstones.
ALTER TABLE log_head ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;

-- Ids that were in the log, as keyed hashes: what comes again is answered as stored, and dropped.
CREATE TABLE gone (
    hash TEXT   NOT NULL COLLATE "C" PRIMARY KEY,
    pos  BIGINT NOT NULL
);

-- What the fold needs of statements that are gone: records that are evidence, voids that took effect, and times at which something
-- ended (own 1, nothing else). Columns as of statement.
CREATE TABLE checkpoint (
    pos         BIGINT   NOT NULL PRIMARY KEY,
    id          TEXT     NOT NULL COLLATE "C" UNIQUE,
    stored      BIGINT   NOT NULL,
    timestamp   BIGINT   NOT NULL,
    own         SMALLINT NOT NULL,
    verb        BIGINT   NOT NULL,
    actor       BIGINT   NOT NULL,
    object      BIGINT   NOT NULL,
    terms       TEXT     NOT NULL,
    success     SMALLINT,
    completion  SMALLINT,
    score_milli BIGINT,
    duration    BIGINT,
    refers_to   TEXT COLLATE "C",
    void        SMALLINT NOT NULL,
    voided_pos  BIGINT
);

-- Which entries of the log were the first after an end of evidence: they tick, also when they are gone.
CREATE INDEX transition_expired ON transition (pos) WHERE cause = 'expiry';

-- Keys of the hashes, in hexadecimal. 1 is this instance's own; others came with the tombstones of another copy of it.
CREATE TABLE tombstone_key (
    id     BIGINT NOT NULL PRIMARY KEY,
    secret TEXT   NOT NULL UNIQUE
);
INSERT INTO tombstone_key (id, secret) VALUES (1, encode(sha256(CAST(CAST(gen_random_uuid() AS text) || CAST(gen_random_uuid() AS text) || CAST(gen_random_uuid() AS text) AS bytea)), 'hex'));

-- Identifiers of people who were erased, as keyed hashes, and when (microseconds since 1970 UTC).
CREATE TABLE tombstone (
    key_id BIGINT NOT NULL REFERENCES tombstone_key (id),
    hash   TEXT   NOT NULL COLLATE "C",
    erased BIGINT NOT NULL,
    PRIMARY KEY (key_id, hash)
);

-- +goose Down
DROP TABLE tombstone;
DROP TABLE tombstone_key;
DROP INDEX transition_expired;
DROP TABLE checkpoint;
DROP TABLE gone;
ALTER TABLE log_head DROP COLUMN generation;
