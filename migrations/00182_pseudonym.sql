-- Whether names and addresses of the people of an LMS are kept from here. pseudonym_home is where their pseudonyms have been given out
-- from, which stays when the mode is switched off: records under them still match.

-- +goose Up
ALTER TABLE registration ADD COLUMN pseudonymous BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE registration ADD COLUMN pseudonym_home TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE registration DROP COLUMN pseudonym_home;
ALTER TABLE registration DROP COLUMN pseudonymous;
