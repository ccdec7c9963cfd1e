-- Learners one after the other, for a preview, and the links of each.

-- +goose Up
CREATE INDEX agent_link_learner ON agent_link (learner) WHERE ended = 0;

-- +goose Down
DROP INDEX agent_link_learner;
