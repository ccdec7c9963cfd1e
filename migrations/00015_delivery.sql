-- Scores owed: one row a placement and account. due is when it may be sent next, null when nothing is owed; wanted is the log
-- position that made it due.

-- +goose Up
CREATE TABLE delivery (
    id           TEXT PRIMARY KEY,
    placement    TEXT NOT NULL REFERENCES placement (id),
    account      TEXT NOT NULL REFERENCES account (id),
    wanted       BIGINT NOT NULL,
    due          BIGINT,
    lease_until  BIGINT,
    attempts     INTEGER NOT NULL,
    problem      TEXT NOT NULL,
    last_given   INTEGER,
    last_maximum INTEGER NOT NULL,
    last_at      BIGINT
);
CREATE INDEX delivery_due ON delivery (due) WHERE due IS NOT NULL;
CREATE INDEX delivery_placement ON delivery (placement);
CREATE INDEX delivery_account ON delivery (account);

-- +goose Down
DROP TABLE delivery;
