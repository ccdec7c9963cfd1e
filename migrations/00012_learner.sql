-- Learners (people) and their accounts (issuer and subject). account_claim is what launches through a registration last proved
-- about an account; account_link the agents linked by it as of the end of the log (the fold keeps its own, agent_link).

-- +goose Up
CREATE TABLE learner (
    id      TEXT PRIMARY KEY,
    created BIGINT NOT NULL
);

CREATE TABLE account (
    id           TEXT PRIMARY KEY,
    learner      TEXT NOT NULL REFERENCES learner (id),
    registration TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    name         TEXT NOT NULL,
    created      BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX account_learner ON account (learner);

CREATE TABLE account_claim (
    registration TEXT NOT NULL,
    account      TEXT NOT NULL REFERENCES account (id),
    email        TEXT NOT NULL,
    mailbox      TEXT NOT NULL,
    username     TEXT NOT NULL,
    sourced_id   TEXT NOT NULL,
    PRIMARY KEY (registration, account)
);
CREATE INDEX account_claim_mailbox ON account_claim (registration, mailbox);

CREATE TABLE account_link (
    registration TEXT NOT NULL,
    account      TEXT NOT NULL REFERENCES account (id),
    agent        TEXT NOT NULL,
    PRIMARY KEY (registration, account, agent)
);

-- +goose Down
DROP TABLE account_link;
DROP TABLE account_claim;
DROP TABLE account;
DROP TABLE learner;
