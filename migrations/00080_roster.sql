-- The last roster of each course as the platform told it, so that pages show it with its age and need not wait. body is JSON: the
-- members, and where to ask what has changed.

-- +goose Up
CREATE TABLE roster (
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    address      TEXT NOT NULL,
    body         TEXT NOT NULL,
    read_at      BIGINT NOT NULL,
    PRIMARY KEY (registration, context)
);

-- +goose Down
DROP TABLE roster;
