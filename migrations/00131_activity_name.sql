-- What those who lead a course call an activity that its records give no name, or another one. Pages of that course show it;
-- nothing else does. iri is a value of table term.

-- +goose Up
CREATE TABLE activity_name (
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    iri          TEXT NOT NULL,
    name         TEXT NOT NULL,
    author       TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (registration, context, iri)
);

-- +goose Down
DROP TABLE activity_name;
