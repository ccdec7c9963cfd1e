-- The last logins and launches of each registration, for diagnosis; "" is those that named none. claims is a JSON object without
-- anything that says who the person is. Rows are bounded in number and in age.

-- +goose Up
CREATE TABLE launch_log (
    id           TEXT PRIMARY KEY,
    registration TEXT NOT NULL,
    at           BIGINT NOT NULL,
    result       TEXT NOT NULL,
    rule         TEXT NOT NULL,
    detail       TEXT NOT NULL,
    claims       TEXT NOT NULL
);
CREATE INDEX launch_log_registration ON launch_log (registration, at);
CREATE INDEX launch_log_at ON launch_log (at);

-- +goose Down
DROP TABLE launch_log;
