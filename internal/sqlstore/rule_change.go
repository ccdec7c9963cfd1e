package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// RuleChanges is web.Courses. A rule holds from the position of the log where it began; what was before it in its place is the rule
// that ended there.
func (c Courses) RuleChanges(ctx context.Context, course web.Course, framework string, capabilities []string, since time.Time) ([]web.RuleChange, error) {
	var rows []struct {
		ruleRow
		Stored int64
	}
	if err := c.s.Select(ctx, &rows, `SELECT r.capability, r.framework, r.scope_kind, r.registration, r.context, r.course, r.body, r.began, r.ended, e.stored
		FROM rule r JOIN event e ON e.pos = r.began
		WHERE (r.scope_kind = ? OR (r.scope_kind = ? AND r.registration = ?) OR (r.scope_kind = ? AND r.registration = ? AND r.context = ?))
			AND ((r.capability = '' AND r.framework = ?) OR `+c.s.d.in("r.capability")+`)
		ORDER BY r.capability, r.framework, r.scope_kind, r.registration, r.context, r.began`,
		string(mapping.ScopeInstance), string(mapping.ScopeRegistration), course.Registration, string(mapping.ScopeCourse), course.Registration, course.ID,
		framework, c.s.d.list(capabilities)); err != nil {
		return nil, fmt.Errorf("sqlstore: read how rules changed: %w", err)
	}
	var out []web.RuleChange
	var before mapping.ScopedRule
	for _, row := range rows {
		rule, err := row.rule()
		if err != nil {
			return nil, err
		}
		one := web.RuleChange{ScopedRule: rule, Pos: row.Began, At: fromMicros(row.Stored)}
		if rule.Replaces(before) {
			one.Was = before.Rule
		}
		if before = rule; one.At.After(since) {
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b web.RuleChange) int { return b.At.Compare(a.At) })
	return out, nil
}
