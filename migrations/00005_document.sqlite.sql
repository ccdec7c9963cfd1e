-- Documents of the state and profile resources (xAPI 1.0.3 Part 3, 2.2). hash: of the whole key; owner: of kind, activity and
-- agent, which lists go by. activity and agent are for people who look, and may be cut; id is whole, see term_value.go.
-- Times in microseconds since 1970 UTC.
-- +goose Up
CREATE TABLE document (
    hash         TEXT     NOT NULL PRIMARY KEY,
    owner        TEXT     NOT NULL,
    kind         INTEGER  NOT NULL,
    activity     TEXT     NOT NULL,
    agent        TEXT     NOT NULL,
    registration TEXT     NOT NULL,
    id           TEXT     NOT NULL,
    content_type TEXT     NOT NULL,
    content      BLOB     NOT NULL,
    etag         TEXT     NOT NULL,
    updated      INTEGER  NOT NULL
);
CREATE INDEX document_owner ON document (owner, updated);
CREATE INDEX document_agent ON document (agent) WHERE agent <> '';

-- +goose Down
DROP TABLE document;
