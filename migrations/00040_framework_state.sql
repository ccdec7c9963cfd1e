-- What becomes of versions of frameworks beside their publication. framework_state: each retirement and return, as an event of the
-- log (pos); the last one counts. framework_draft: versions that nobody but their authors sees; publishing one takes it away.

-- +goose Up
CREATE TABLE framework_state (
    pos     BIGINT NOT NULL PRIMARY KEY,
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    state   TEXT NOT NULL,
    at      BIGINT NOT NULL,
    author  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    FOREIGN KEY (id, version) REFERENCES framework (id, version)
);

CREATE TABLE framework_draft (
    id      TEXT NOT NULL,
    version TEXT NOT NULL,
    body    TEXT NOT NULL,
    saved   BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);

-- +goose Down
DROP TABLE framework_draft;
DROP TABLE framework_state;
