-- How people like their pages, one row an owner: the id of a learner, or the hash of a launch's token where nobody is known, which is
-- forgotten when it expires (0: never). visited is when the overview was last opened, visited_before the end of the visit before.
-- role_choice is which roles a learner chose to see in a framework, a JSON list: an empty one is all of them.

-- +goose Up
CREATE TABLE preference (
    owner          TEXT PRIMARY KEY,
    theme          TEXT NOT NULL,
    visited        BIGINT NOT NULL,
    visited_before BIGINT NOT NULL,
    expires        BIGINT NOT NULL
);
CREATE INDEX preference_expires ON preference (expires);

CREATE TABLE role_choice (
    learner   TEXT NOT NULL,
    framework TEXT NOT NULL,
    roles     TEXT NOT NULL,
    PRIMARY KEY (learner, framework)
);

-- +goose Down
DROP TABLE role_choice;
DROP TABLE preference;
