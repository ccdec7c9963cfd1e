-- Activities that Cairn placed and that open or close on some day, by their IRI: what to do next leaves out what is closed.

-- +goose Up
CREATE INDEX placed_activity_days ON placed_activity (iri) WHERE opens > 0 OR closes > 0;

-- +goose Down
DROP INDEX placed_activity_days;
