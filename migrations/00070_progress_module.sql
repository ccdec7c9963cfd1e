-- The hint a login began with, and the activity that the platform itself keeps for a link that shows progress (on Moodle the
-- course module, named by the hint only): it may not be tagged, or a score would be evidence of itself.

-- +goose Up
ALTER TABLE login ADD COLUMN message_hint TEXT NOT NULL DEFAULT '';
ALTER TABLE placement ADD COLUMN module TEXT NOT NULL DEFAULT '';
CREATE INDEX placement_module ON placement (module) WHERE module <> '';

-- +goose Down
DROP INDEX placement_module;
ALTER TABLE placement DROP COLUMN module;
ALTER TABLE login DROP COLUMN message_hint;
