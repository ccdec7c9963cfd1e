-- Codes that opened a window of a page's own, hashed, so that each opens one. They are forgotten when they no longer hold.

-- +goose Up
CREATE TABLE window_code (
    code    TEXT PRIMARY KEY,
    expires BIGINT NOT NULL
);
CREATE INDEX window_code_expires ON window_code (expires);

-- +goose Down
DROP TABLE window_code;
