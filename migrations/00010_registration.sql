-- LTI registrations (unique by issuer and client id) and their deployments. What is Cairn's own about a registration: the
-- identity rule, the pattern of course IRIs, the origins that may frame its pages (a JSON list).

-- +goose Up
CREATE TABLE registration (
    id                     TEXT PRIMARY KEY,
    name                   TEXT NOT NULL,
    issuer                 TEXT NOT NULL,
    client_id              TEXT NOT NULL,
    authorization_endpoint TEXT NOT NULL,
    token_endpoint         TEXT NOT NULL,
    token_audience         TEXT NOT NULL,
    key_set_url            TEXT NOT NULL,
    any_deployment         BOOLEAN NOT NULL,
    disabled               BOOLEAN NOT NULL,
    platform               TEXT NOT NULL,
    identity_mode          TEXT NOT NULL,
    identity_home_page     TEXT NOT NULL,
    course_pattern         TEXT NOT NULL,
    frame_origins          TEXT NOT NULL,
    created                BIGINT NOT NULL,
    UNIQUE (issuer, client_id)
);

CREATE TABLE deployment (
    registration TEXT NOT NULL REFERENCES registration (id),
    id           TEXT NOT NULL,
    created      BIGINT NOT NULL,
    PRIMARY KEY (registration, id)
);

-- +goose Down
DROP TABLE deployment;
DROP TABLE registration;
