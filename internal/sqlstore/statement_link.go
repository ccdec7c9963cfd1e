package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cairn/xapi"
)

// link is an identifier in a place of a statement.
type link struct {
	role xapi.Role
	term int64
}

// placed is a row of statement_link.
type placed struct {
	link
	pos int64
}

// formatLinks makes the column terms: "role:term" by commas.
func formatLinks(links []link) string {
	b := make([]byte, 0, 8*len(links))
	for i, l := range links {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(l.role), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, l.term, 10)
	}
	return string(b)
}

// parseLinks reads what formatLinks made.
func parseLinks(s string) []link {
	var out []link
	for one := range strings.SplitSeq(s, ",") {
		role, id, ok := strings.Cut(one, ":")
		r, err1 := strconv.ParseUint(role, 10, 8)
		t, err2 := strconv.ParseInt(id, 10, 64)
		if ok && err1 == nil && err2 == nil {
			out = append(out, link{xapi.Role(r), t})
		}
	}
	return out
}

// links are the rows of statement_link that the accepted statements need: their own, and by references those of the statements
// they refer to, and theirs to the statements that refer to them. So a filter that matches a statement matches what refers to
// it, whichever arrived first (xAPI 1.0.3 Part 3, 2.1.3).
func (in *intake) links() []placed {
	var out []placed
	for _, n := range in.accepted {
		for _, l := range n.terms {
			out = append(out, placed{l, n.pos})
		}
		if n.refersTo == "" && len(in.referrers[n.id]) == 0 {
			continue
		}
		all := in.reached(n)
		for _, l := range all {
			out = append(out, placed{l, n.pos})
		}
		for _, r := range in.reachedBy(n) {
			for _, l := range all {
				out = append(out, placed{l, r.pos})
			}
		}
	}
	slices.SortFunc(out, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.role, b.role), cmp.Compare(a.pos, b.pos))
	})
	return slices.Compact(out)
}

// reached is the identifiers of a statement and of those it refers to, through any number of them.
func (in *intake) reached(n *row) []link {
	var out []link
	seen := map[*row]bool{}
	for r := n; r != nil && !seen[r] && len(seen) <= referenceDepth; r = in.byID[r.refersTo] {
		seen[r] = true
		out = append(out, r.terms...)
	}
	return out
}

// reachedBy is the statements that refer to one, through any number of them.
func (in *intake) reachedBy(n *row) []*row {
	seen := map[*row]bool{n: true}
	out := []*row{}
	for next := []*row{n}; len(next) > 0; {
		var further []*row
		for _, r := range next {
			for _, by := range in.referrers[r.id] {
				if !seen[by] && len(out) < referenceMost {
					seen[by] = true
					further, out = append(further, by), append(out, by)
				}
			}
		}
		next = further
	}
	return out
}

// writeLinks writes the rows. With references, some may be there already.
func (in *intake) writeLinks(ctx context.Context) error {
	rows := in.links()
	terms, roles, positions := make([]int64, len(rows)), make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		terms[i], roles[i], positions[i] = r.term, int64(r.role), r.pos
	}
	insert := bulk{table: "statement_link", columns: []column{ints("term", terms), ints("role", roles), ints("pos", positions)},
		suffix: " ON CONFLICT DO NOTHING"}
	if err := insert.run(ctx, in.tx); err != nil {
		return fmt.Errorf("sqlstore: link statements to their identifiers: %w", err)
	}
	return nil
}
