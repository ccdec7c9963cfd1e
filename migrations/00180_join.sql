-- Accounts of one person are joined to one learner, and parted again. home is the learner that an account began with, to which it goes
-- back; joined is when it went over to another one, 0 while it is at home. belonging is the fold's own: whose, from which position of the
-- log until which (0: still), is what was said of a learner; no row: their own. Ratings and endorsements are counted by whom they are
-- about, and are the learner's who has the account now.

-- +goose Up
ALTER TABLE account ADD COLUMN home TEXT NOT NULL DEFAULT '';
UPDATE account SET home = learner;
CREATE INDEX account_home ON account (home);
ALTER TABLE account ADD COLUMN joined BIGINT NOT NULL DEFAULT 0;

CREATE TABLE belonging (
    home    TEXT NOT NULL,
    learner TEXT NOT NULL,
    began   BIGINT NOT NULL,
    ended   BIGINT NOT NULL,
    PRIMARY KEY (home, began)
);
CREATE INDEX belonging_learner ON belonging (learner);

CREATE TABLE rating_about (
    about      TEXT NOT NULL,
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
    PRIMARY KEY (about, capability, ordinal)
);
INSERT INTO rating_about (about, learner, capability, ordinal, id, account, now_word, needed, shared, at, pos)
    SELECT learner, learner, capability, ordinal, id, account, now_word, needed, shared, at, pos FROM rating;
DROP TABLE rating;
ALTER TABLE rating_about RENAME TO rating;
CREATE INDEX rating_learner ON rating (learner, capability);

CREATE TABLE endorsement_about (
    about            TEXT NOT NULL,
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
    PRIMARY KEY (about, capability, ordinal)
);
INSERT INTO endorsement_about (about, learner, capability, ordinal, id, given_by, scope_kind, registration, context, course, at, until, note, pos,
        withdrawn_at, withdrawn_by, withdrawn_reason, withdrawn_pos)
    SELECT learner, learner, capability, ordinal, id, given_by, scope_kind, registration, context, course, at, until, note, pos,
        withdrawn_at, withdrawn_by, withdrawn_reason, withdrawn_pos FROM endorsement;
DROP TABLE endorsement;
ALTER TABLE endorsement_about RENAME TO endorsement;
CREATE INDEX endorsement_id ON endorsement (id);
CREATE INDEX endorsement_learner ON endorsement (learner, capability);

-- +goose Down
CREATE TABLE rating_old (
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
INSERT INTO rating_old SELECT about, capability, ordinal, id, account, now_word, needed, shared, at, pos FROM rating;
DROP TABLE rating;
ALTER TABLE rating_old RENAME TO rating;

CREATE TABLE endorsement_old (
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
INSERT INTO endorsement_old SELECT about, capability, ordinal, id, given_by, scope_kind, registration, context, course, at, until, note, pos,
    withdrawn_at, withdrawn_by, withdrawn_reason, withdrawn_pos FROM endorsement;
DROP TABLE endorsement;
ALTER TABLE endorsement_old RENAME TO endorsement;
CREATE INDEX endorsement_id ON endorsement (id);
DROP TABLE belonging;
ALTER TABLE account DROP COLUMN joined;
DROP INDEX account_home;
ALTER TABLE account DROP COLUMN home;
