-- What came with statements: each content once, by its SHA-256, and which statements it came with. sha2: the hash as the statement
-- gives it, in lower case.
-- +goose Up
CREATE TABLE attachment (
    hash    TEXT NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
);

CREATE TABLE statement_attachment (
    pos  INTEGER NOT NULL,
    sha2 TEXT    NOT NULL,
    hash TEXT    NOT NULL REFERENCES attachment (hash),
    PRIMARY KEY (pos, sha2)
);
CREATE INDEX statement_attachment_hash ON statement_attachment (hash);

-- +goose Down
DROP TABLE statement_attachment;
DROP TABLE attachment;
