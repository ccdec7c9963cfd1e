-- Origins that may be sent access tokens, beside those of the issuer and the token endpoint (a JSON list).

-- +goose Up
ALTER TABLE registration ADD COLUMN service_origins TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE registration DROP COLUMN service_origins;
