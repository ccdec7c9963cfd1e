-- Whether the LMS's administrators are kept from the page that diagnoses their registration.

-- +goose Up
ALTER TABLE registration ADD COLUMN admin_page_off BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE registration DROP COLUMN admin_page_off;
