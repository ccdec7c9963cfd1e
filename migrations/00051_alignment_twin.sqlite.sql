-- An alignment that is equal to one that stands is found by the IRI of its selector.

-- +goose Up
ALTER TABLE alignment_head ADD COLUMN iri TEXT NOT NULL DEFAULT '';
UPDATE alignment_head SET iri = COALESCE(json_extract(body, '$.selector.iri'), '');
CREATE INDEX alignment_head_iri ON alignment_head (iri) WHERE NOT ended;

-- +goose Down
DROP INDEX alignment_head_iri;
ALTER TABLE alignment_head DROP COLUMN iri;
