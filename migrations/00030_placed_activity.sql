-- Web activities placed through Cairn, and how far accounts have come with them. Times in microseconds since 1970 UTC, 0 for what has
-- not happened. records is the IRI of the activity whose statements finish it. A placement shows progress (of a framework, a node of
-- it, an archetype) or such an activity.

-- +goose Up
CREATE TABLE placed_activity (
    id            TEXT PRIMARY KEY,
    registration  TEXT NOT NULL,
    context       TEXT NOT NULL,
    iri           TEXT NOT NULL,
    title         TEXT NOT NULL,
    address       TEXT NOT NULL,
    completion    TEXT NOT NULL,
    least_seconds BIGINT NOT NULL,
    records       TEXT NOT NULL,
    author        TEXT NOT NULL,
    created       BIGINT NOT NULL
);
CREATE INDEX placed_activity_course ON placed_activity (registration, context);

CREATE TABLE activity_attempt (
    activity  TEXT NOT NULL REFERENCES placed_activity (id),
    account   TEXT NOT NULL REFERENCES account (id),
    opened    BIGINT NOT NULL,
    completed BIGINT NOT NULL,
    PRIMARY KEY (activity, account)
);
CREATE INDEX activity_attempt_account ON activity_attempt (account);

ALTER TABLE placement ADD COLUMN archetype TEXT NOT NULL DEFAULT '';
ALTER TABLE placement ADD COLUMN activity TEXT NOT NULL DEFAULT '';
CREATE INDEX placement_activity ON placement (activity) WHERE activity <> '';

-- +goose Down
DROP INDEX placement_activity;
ALTER TABLE placement DROP COLUMN activity;
ALTER TABLE placement DROP COLUMN archetype;
DROP TABLE activity_attempt;
DROP TABLE placed_activity;
