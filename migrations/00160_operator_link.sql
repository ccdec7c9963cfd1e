-- One-use links by which those who run Cairn enter its pages. The code in the address is kept hashed only, until it is used.

-- +goose Up
CREATE TABLE operator_link (
    hash    TEXT PRIMARY KEY,
    expires BIGINT NOT NULL
);

-- +goose Down
DROP TABLE operator_link;
