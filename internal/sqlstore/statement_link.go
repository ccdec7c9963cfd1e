package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cairn/xapi"
	"cairn/xapi/lrs"
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
// it, whichever arrived first (xAPI 1.0.3 Part 3, 2.1.3), up to referenceDepth references away. Of those by references some may be
// there already.
func (in *intake) links() (rows []placed, some bool) {
	for _, n := range in.accepted {
		for _, l := range n.terms {
			rows = append(rows, placed{l, n.pos})
		}
	}
	touched := in.touched(in.accepted)
	for _, r := range touched {
		in.follow(r, func(to *row) {
			for _, l := range to.terms {
				rows = append(rows, placed{l, r.pos})
			}
		})
	}
	slices.SortFunc(rows, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.role, b.role), cmp.Compare(a.pos, b.pos))
	})
	return slices.Compact(rows), len(touched) > 0
}

// touched is the rows that get links by references when some are new: those that refer to others, and those that refer to them,
// through at most referenceDepth references. Each stands once.
func (in *intake) touched(rows []*row) []*row {
	var out []*row
	seen := make(map[*row]bool, len(rows))
	for _, n := range rows {
		seen[n] = true
		if n.refersTo != "" {
			out = append(out, n)
		}
	}
	waited := 0
	for next, depth := rows, 0; len(next) > 0 && depth < referenceDepth; depth++ {
		var further []*row
		for _, r := range next {
			for _, by := range in.referrers[r.id] {
				if !seen[by] && waited < referenceMost {
					seen[by] = true
					waited++
					further = append(further, by)
				}
			}
		}
		out, next = append(out, further...), further
	}
	return out
}

// follow calls f for the statements that one refers to, nearest first, until references lead back to it. What a stored statement
// was linked to before stays out: f begins with the first that is new.
func (in *intake) follow(r *row, f func(to *row)) {
	fresh := r.new != nil
	at := r
	for range referenceDepth {
		if at = in.byID[at.refersTo]; at == nil || at == r {
			return
		}
		if fresh = fresh || at.new != nil; fresh {
			f(at)
		}
	}
}

// checkLinks refuses rows that need more links by references than linksMost: the product of what is referred to and what refers
// to it can be far larger than what was sent.
func (in *intake) checkLinks(rows []*row) error {
	n := 0
	for _, r := range in.touched(rows) {
		in.follow(r, func(to *row) {
			if n += len(to.terms); to.new != nil {
				n += len(to.new.Terms)
			}
		})
		if n > linksMost {
			return fmt.Errorf("%w: more than %d links", lrs.ErrReferences, linksMost)
		}
	}
	return nil
}

// writeLinks writes the rows. Mostly none can be there already, and then nobody looks: that is a good part of the cost.
func (in *intake) writeLinks(ctx context.Context) error {
	rows, some := in.links()
	terms, roles, positions := make([]int64, len(rows)), make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		terms[i], roles[i], positions[i] = r.term, int64(r.role), r.pos
	}
	insert := bulk{table: "statement_link", columns: []column{ints("term", terms), ints("role", roles), ints("pos", positions)}}
	if some {
		insert.suffix = " ON CONFLICT DO NOTHING"
	}
	return insert.later(ctx, in.tx, "link statements to their identifiers")
}
