-- What an author wants to change in a course and has not applied yet: one draft of each author in each course. It is not in the log;
-- applying it is. body is JSON: the edits, and what they take back.

-- +goose Up
CREATE TABLE draft (
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    account      TEXT NOT NULL,
    body         TEXT NOT NULL,
    updated      BIGINT NOT NULL,
    PRIMARY KEY (registration, context, account)
);

-- +goose Down
DROP TABLE draft;
