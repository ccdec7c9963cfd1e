-- Published versions of frameworks. A row never changes; pos is the log position of the publication.

-- +goose Up
CREATE TABLE framework (
    id        TEXT NOT NULL,
    version   TEXT NOT NULL,
    iri_base  TEXT NOT NULL,
    body      TEXT NOT NULL,
    published BIGINT NOT NULL,
    pos       BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);

-- +goose Down
DROP TABLE framework;
