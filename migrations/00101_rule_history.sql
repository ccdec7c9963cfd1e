-- Rules keep their history, as alignments do: began and ended are log positions, ended 0 for the one in force. A rule with a framework
-- and no capability is the default of the framework in its scope. body is JSON. Rules that were there count from the beginning of the
-- log; a replay finds when they were set.

-- +goose Up
CREATE TABLE rule_kept (
    capability   TEXT NOT NULL,
    framework    TEXT NOT NULL,
    scope_kind   TEXT NOT NULL,
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    course       TEXT NOT NULL,
    body         TEXT NOT NULL,
    began        BIGINT NOT NULL,
    ended        BIGINT NOT NULL,
    PRIMARY KEY (capability, framework, scope_kind, registration, context, began)
);
INSERT INTO rule_kept (capability, framework, scope_kind, registration, context, course, body, began, ended)
    SELECT capability, '', scope_kind, registration, context, MAX(course),
        MAX(CASE WHEN n = 0 THEN '{"kind":"' || kind || '"}' ELSE '{"kind":"' || kind || '","n":' || CAST(n AS TEXT) || '}' END), 0, 0
    FROM rule GROUP BY capability, scope_kind, registration, context;
DROP TABLE rule;
ALTER TABLE rule_kept RENAME TO rule;

-- +goose Down
CREATE TABLE rule_old (
    capability   TEXT NOT NULL,
    scope_kind   TEXT NOT NULL,
    registration TEXT NOT NULL,
    context      TEXT NOT NULL,
    course       TEXT NOT NULL,
    kind         TEXT NOT NULL,
    n            INTEGER NOT NULL,
    PRIMARY KEY (capability, scope_kind, registration, context, course)
);
DROP TABLE rule;
ALTER TABLE rule_old RENAME TO rule;
