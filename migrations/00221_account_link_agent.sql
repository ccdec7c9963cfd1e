-- Who has an agent, as programs ask by a pseudonym.

-- +goose Up
CREATE INDEX account_link_agent ON account_link (agent);

-- +goose Down
DROP INDEX account_link_agent;
