-- Whether an activity lies under another that was seen under the same parent: pages of a course leave it out. Activities of the types
-- below only hold others, and hide nothing. Kind 2 of term is activities.

-- +goose Up
ALTER TABLE activity_seen ADD COLUMN nested BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE activity_seen AS x SET nested = TRUE WHERE EXISTS (
    SELECT 1 FROM activity_seen y
    JOIN activity_seen z ON z.parent = x.parent AND z.activity = y.parent
    JOIN term ty ON ty.kind = 2 AND ty.value = y.parent
    LEFT JOIN activity dy ON dy.term = ty.id
    WHERE y.activity = x.activity AND y.parent <> x.parent AND y.parent <> x.activity AND COALESCE(dy.type, '') NOT IN (
        'http://id.tincanapi.com/activitytype/section',
        'http://id.tincanapi.com/activitytype/lms',
        'http://id.tincanapi.com/activitytype/site',
        'http://adlnet.gov/expapi/activities/course',
        'https://w3id.org/xapi/cmi5/activitytype/course'));
CREATE INDEX activity_seen_top ON activity_seen (parent) WHERE NOT nested;

-- +goose Down
DROP INDEX activity_seen_top;
ALTER TABLE activity_seen DROP COLUMN nested;
