-- Since when a delivery is owed: kept through failed attempts, which move due. Null before anything was owed.

-- +goose Up
ALTER TABLE delivery ADD COLUMN owed_since BIGINT;
UPDATE delivery SET owed_since = due;
CREATE INDEX delivery_owed ON delivery (owed_since) WHERE due IS NOT NULL;
CREATE INDEX delivery_given_up ON delivery (id) WHERE due IS NULL AND problem <> '';

-- +goose Down
DROP INDEX delivery_given_up;
DROP INDEX delivery_owed;
ALTER TABLE delivery DROP COLUMN owed_since;
