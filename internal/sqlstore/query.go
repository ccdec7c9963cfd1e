package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// span is the positions a query looks at, both ends inclusive.
type span struct{ from, to int64 }

// filter is one parameter of a query: statements that have one of the links.
type filter struct {
	links []link
	mine  bool // asks who stored the statement, not what it says
	rank  int  // how few statements a value of this kind has, as a rule: less is fewer
}

// The roles in which filters look for their identifier (xAPI 1.0.3 Part 3, 2.1.3).
var (
	agentRoles           = []xapi.Role{xapi.RoleActor, xapi.RoleObjectAgent}
	relatedAgentRoles    = []xapi.Role{xapi.RoleActor, xapi.RoleObjectAgent, xapi.RoleInstructor, xapi.RoleTeam, xapi.RoleAuthority, xapi.RoleSubAgent, xapi.RoleContextAgent}
	activityRoles        = []xapi.Role{xapi.RoleObject}
	relatedActivityRoles = []xapi.Role{xapi.RoleObject, xapi.RoleParent, xapi.RoleGrouping, xapi.RoleCategory, xapi.RoleOther, xapi.RoleSubActivity}
)

// queriesAtOnce is how many queries for statements work at once. SQLite works in this process, so more than there are processors only
// get into each other's way, and into the way of every other reader.
func (db *DB) queriesAtOnce() int64 {
	connections := int64(db.pool.Stats().MaxOpenConnections)
	if db.d.oneWriter {
		return min(connections, max(2, int64(runtime.NumCPU())))
	}
	return connections
}

// Query answers the statements that match and are not voided, in order of stored, newest first unless q.Ascending. Queries take their
// turns in the order they came: a pool gives a connection that is free to any of those who wait.
func (s *Store) Query(ctx context.Context, q lrs.Query) (lrs.Page, error) {
	err := s.turns.Acquire(ctx, 1)
	if err != nil {
		return lrs.Page{}, fmt.Errorf("sqlstore: wait to query statements: %w", err)
	}
	defer s.turns.Release(1)
	page, err := s.query(ctx, q)
	if err != nil {
		return lrs.Page{}, fmt.Errorf("sqlstore: query statements: %w", err)
	}
	return page, nil
}

func (s *Store) query(ctx context.Context, q lrs.Query) (lrs.Page, error) {
	page := lrs.Page{UpTo: q.UpTo}
	in, err := s.span(ctx, q)
	if err != nil {
		return page, err
	}
	page.UpTo = in.to
	if q.UpTo != 0 {
		page.UpTo = q.UpTo
	}
	filters, none, err := s.filters(ctx, q)
	if err != nil || none || in.from > in.to {
		return page, err
	}
	if err := s.narrowest(ctx, filters, in); err != nil {
		return page, err
	}
	for most := q.Limit + 1; ; most = max(q.Limit+1, min(2*most, readMost)) {
		read, err := s.read(ctx, q, in, filters, most)
		if err != nil {
			return page, err
		}
		genuine, err := s.genuine(ctx, q.Mine, read, filters)
		if err != nil {
			return page, err
		}
		page.Statements = append(page.Statements, genuine...)
		if len(page.Statements) > q.Limit {
			page.Statements = page.Statements[:q.Limit]
			page.Next = page.Statements[q.Limit-1].Pos
			return page, nil
		}
		if len(read) < most {
			return page, nil
		}
		in = in.after(read[most-1].Pos, q.Ascending)
	}
}

// readMost bounds how many rows are read at once where few of them belong on the page.
const readMost = 500

// after is the rest of the span when what lies up to a position was read.
func (in span) after(pos int64, ascending bool) span {
	if ascending {
		in.from = max(in.from, pos+1)
	} else {
		in.to = min(in.to, pos-1)
	}
	return in
}

// read answers the next statements that have links of all filters, as many as most.
func (s *Store) read(ctx context.Context, q lrs.Query, in span, filters []filter, most int) ([]match, error) {
	text, args := pageQuery(q, in, filters, most)
	rows, err := s.DB.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return scanMatches(rows, most)
}

// span turns the bounds of time and the place in a walk into positions: stored and position grow together.
func (s *Store) span(ctx context.Context, q lrs.Query) (in span, err error) {
	in = span{from: 1, to: q.UpTo}
	if in.to == 0 {
		if in.to, err = s.Head(ctx); err != nil {
			return in, err
		}
	}
	if !q.Since.IsZero() {
		last, err := s.lastAt(ctx, q.Since)
		if err != nil {
			return in, err
		}
		in.from = last + 1
	}
	if !q.Until.IsZero() {
		last, err := s.lastAt(ctx, q.Until)
		if err != nil {
			return in, err
		}
		in.to = min(in.to, last)
	}
	if q.After != 0 {
		in = in.after(q.After, q.Ascending)
	}
	return in, nil
}

// lastAt is the position of the last statement stored at or before a time, 0 when there is none.
func (s *Store) lastAt(ctx context.Context, at time.Time) (int64, error) {
	var pos int64
	err := s.Get(ctx, &pos, `SELECT pos FROM statement WHERE stored <= ? ORDER BY stored DESC, pos DESC LIMIT 1`, at.UnixMicro())
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return pos, err
}

// filters turns the parameters into links, what narrows most first. none is true when one names an identifier that no
// statement ever had.
func (s *Store) filters(ctx context.Context, q lrs.Query) (out []filter, none bool, err error) {
	agents, activities := agentRoles, activityRoles
	if q.RelatedAgents {
		agents = relatedAgentRoles
	}
	if q.RelatedActivities {
		activities = relatedActivityRoles
	}
	for _, f := range []struct {
		term
		roles []xapi.Role
	}{
		{term{xapi.TermRegistration, q.Registration}, []xapi.Role{xapi.RoleRegistration}},
		{term{xapi.TermAgent, q.Agent}, agents},
		{term{xapi.TermActivity, q.Activity}, activities},
		{term{xapi.TermVerb, q.Verb}, []xapi.Role{xapi.RoleVerb}},
	} {
		if f.value == "" {
			continue
		}
		id, err := s.terms.id(ctx, f.term)
		if err != nil || id == 0 {
			return nil, true, err
		}
		out = append(out, newFilter(len(out), id, f.roles))
	}
	if q.Mine == "" {
		return out, false, nil
	}
	authorities, err := s.authorities(ctx, q.Mine)
	if err != nil || len(authorities) == 0 {
		return nil, true, err
	}
	mine := filter{rank: len(out), mine: true}
	for _, id := range authorities {
		mine.links = append(mine.links, link{xapi.RoleAuthority, id})
	}
	return append(out, mine), false, nil
}

func newFilter(rank int, id int64, roles []xapi.Role) filter {
	f := filter{rank: rank}
	for _, r := range roles {
		f.links = append(f.links, link{r, id})
	}
	return f
}

// probed is how many rows of a filter are counted to see whether it narrows well.
const probed = 1000

// narrowest puts the filter with the fewest statements first. Only with several filters does it count, and not far.
func (s *Store) narrowest(ctx context.Context, filters []filter, in span) error {
	if len(filters) < 2 {
		return nil
	}
	counts := make(map[int]int64, len(filters))
	for _, f := range filters {
		var n int64
		text, args := "", []any(nil)
		for i, l := range f.links {
			if i > 0 {
				text += " UNION ALL "
			}
			text += `SELECT * FROM (SELECT pos FROM statement_link WHERE term = ? AND role = ? AND pos BETWEEN ? AND ? LIMIT 1000) p` + letter(i)
			args = append(args, l.term, int64(l.role), in.from, in.to)
		}
		if err := s.Get(ctx, &n, `SELECT COUNT(*) FROM (`+text+`) AS probed`, args...); err != nil {
			return err
		}
		counts[f.rank] = min(n, probed)
	}
	slices.SortStableFunc(filters, func(a, b filter) int {
		return cmp.Or(cmp.Compare(counts[a.rank], counts[b.rank]), cmp.Compare(a.rank, b.rank))
	})
	return nil
}

func letter(i int) string { return string(rune('a' + i%26)) }

// matchColumns are what scanMatches reads.
const matchColumns = `s.pos, s.id, s.stored, s.refers_to, s.voided_pos, s.body`

// pageQuery is the query for the next statements: ranges of statement_link, newest or oldest first, each cut at most, together and
// cut again. The cost follows most and not the number of statements. Voided ones are among them: links do not tell, and to look at
// each statement before the cut would read it twice.
func pageQuery(q lrs.Query, in span, filters []filter, most int) (string, []any) {
	order := "DESC"
	if q.Ascending {
		order = "ASC"
	}
	if len(filters) == 0 {
		return `SELECT ` + matchColumns + ` FROM statement s WHERE s.pos BETWEEN ? AND ? ORDER BY s.pos ` + order + ` LIMIT ?`, []any{in.from, in.to, most}
	}
	drive, rest := filters[0], filters[1:]
	b := queryText{}
	for i, l := range drive.links {
		b.text.WriteString([]string{"", " UNION "}[min(i, 1)])
		b.add(`SELECT pos FROM (SELECT l.pos FROM statement_link l`)
		if q.Mine != "" {
			b.add(` JOIN statement s ON s.pos = l.pos AND s.credential = ?`, q.Mine)
		}
		b.add(` WHERE l.term = ? AND l.role = ? AND l.pos BETWEEN ? AND ?`, l.term, int64(l.role), in.from, in.to)
		for _, f := range rest {
			b.has(f)
		}
		b.add(` ORDER BY l.pos `+order+` LIMIT ?) r`+letter(i), most)
	}
	text := `SELECT ` + matchColumns + ` FROM (SELECT pos FROM (` + b.text.String() + `) u ORDER BY pos ` + order + ` LIMIT ?) f JOIN statement s ON s.pos = f.pos ORDER BY s.pos ` + order
	return text, append(b.args, most)
}

// queryText is a query that grows with its parameters.
type queryText struct {
	text strings.Builder
	args []any
}

func (b *queryText) add(text string, args ...any) {
	b.text.WriteString(text)
	b.args = append(b.args, args...)
}

// has asks for one of the filter's links on the statement.
func (b *queryText) has(f filter) {
	for i, l := range f.links {
		b.add([]string{" AND (", " OR "}[min(i, 1)]+`EXISTS (SELECT 1 FROM statement_link x WHERE x.term = ? AND x.role = ? AND x.pos = l.pos)`, l.term, int64(l.role))
	}
	b.text.WriteString(")")
}
