-- Courses (LTI contexts), who was seen in them, and the resource links that show progress.

-- +goose Up
CREATE TABLE course (
    registration TEXT NOT NULL,
    id           TEXT NOT NULL,
    title        TEXT NOT NULL,
    iri          TEXT NOT NULL,
    PRIMARY KEY (registration, id)
);

CREATE TABLE membership (
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    account      TEXT NOT NULL REFERENCES account (id),
    is_learner   BOOLEAN NOT NULL,
    PRIMARY KEY (registration, context, account)
);
CREATE INDEX membership_account ON membership (account);

CREATE TABLE placement (
    id           TEXT PRIMARY KEY,
    registration TEXT NOT NULL,
    deployment   TEXT NOT NULL,
    context      TEXT NOT NULL,
    link_id      TEXT NOT NULL,
    title        TEXT NOT NULL,
    line_item    TEXT NOT NULL,
    framework    TEXT NOT NULL,
    node         TEXT NOT NULL,
    UNIQUE (registration, context, link_id, deployment)
);

-- +goose Down
DROP TABLE placement;
DROP TABLE membership;
DROP TABLE course;
