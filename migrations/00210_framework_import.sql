-- What was imported as a version of a framework, and what the import kept, put in other words, and dropped (report, as JSON).

-- +goose Up
CREATE TABLE framework_import (
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    at      BIGINT NOT NULL,
    file    TEXT NOT NULL,
    report  TEXT NOT NULL,
    PRIMARY KEY (at, id, version)
);

-- +goose Down
DROP TABLE framework_import;
