package mapping

import (
	"slices"
	"strings"
)

// boundaries are the characters a prefix may end at (settled question 6): with them, "...?id=3" never takes "...?id=30".
const boundaries = "/?#&"

// Matches says whether the selector takes the record: by its object, for SelectUnder also by its parents and groupings. A
// selector of an unknown kind, or with an empty IRI, takes nothing.
func (s Selector) Matches(r Record) bool {
	if s.IRI == "" {
		return false
	}
	switch s.Kind {
	case SelectExact, SelectLink:
		return r.Activity == s.IRI
	case SelectUnder:
		return r.About(s.IRI)
	case SelectPrefix:
		return hasPrefix(r.Activity, s.IRI)
	}
	return false
}

// Prefixes answers the bounded prefixes of an IRI, shortest first, the IRI itself last: every value of a SelectPrefix selector
// that takes the activity. None is shorter than the scheme with its authority ("https://lms.example"), so that no selector can
// take the activities of every site at once.
func Prefixes(iri string) []string {
	var out []string
	for n := shortestPrefix(iri); n <= len(iri); n++ {
		if bounded(iri, n) {
			out = append(out, iri[:n])
		}
	}
	return out
}

// hasPrefix is the same question for one prefix, without building the list.
func hasPrefix(iri, prefix string) bool {
	n := len(prefix)
	return n >= shortestPrefix(iri) && strings.HasPrefix(iri, prefix) && bounded(iri, n)
}

// bounded says whether the first n bytes of the IRI end at a boundary: at its end, before a boundary character or after one.
func bounded(iri string, n int) bool {
	return n > 0 && (n == len(iri) || strings.IndexByte(boundaries, iri[n]) >= 0 || strings.IndexByte(boundaries, iri[n-1]) >= 0)
}

// shortestPrefix is the length of "scheme://authority", or of "scheme:" and one more byte where there is no authority.
func shortestPrefix(iri string) int {
	scheme, rest, ok := strings.Cut(iri, "://")
	if !ok {
		return strings.IndexByte(iri, ':') + 2
	}
	host := strings.IndexAny(rest, boundaries)
	if host < 0 {
		host = len(rest)
	}
	return len(scheme) + len("://") + max(host, 1)
}

// Index finds the alignments that may take a record, at a cost that depends on the record and not on how many alignments there
// are. It is not safe for concurrent use. The zero value is ready.
type Index struct {
	byID   map[string]Alignment
	exact  map[string][]string // activity IRI to alignment ids
	under  map[string][]string
	prefix map[string][]string
}

// NewIndex indexes alignments by their selectors.
func NewIndex(alignments ...Alignment) *Index {
	ix := &Index{}
	for _, a := range alignments {
		ix.Add(a)
	}
	return ix
}

// Add puts an alignment in; one with the same id is replaced.
func (ix *Index) Add(a Alignment) {
	ix.Remove(a.ID)
	m := ix.table(a.Selector.Kind)
	if m == nil || a.Selector.IRI == "" {
		return
	}
	if ix.byID == nil {
		ix.byID = map[string]Alignment{}
	}
	if *m == nil {
		*m = map[string][]string{}
	}
	ix.byID[a.ID] = a
	(*m)[a.Selector.IRI] = append((*m)[a.Selector.IRI], a.ID)
}

// Remove takes an alignment out; an unknown id changes nothing.
func (ix *Index) Remove(id string) {
	a, ok := ix.byID[id]
	if !ok {
		return
	}
	delete(ix.byID, id)
	m, iri := *ix.table(a.Selector.Kind), a.Selector.IRI
	m[iri] = slices.DeleteFunc(m[iri], func(other string) bool { return other == id })
	if len(m[iri]) == 0 {
		delete(m, iri)
	}
}

// Len is the number of alignments.
func (ix *Index) Len() int { return len(ix.byID) }

// Candidates answers the alignments whose selector takes the record, by id. Scope and criterion are not looked at: see Accepts
// and EvidenceOf.
func (ix *Index) Candidates(r Record) []Alignment {
	ids := slices.Concat(ix.exact[r.Activity], ix.under[r.Activity])
	if len(ix.under) > 0 {
		for _, u := range r.Under {
			ids = append(ids, ix.under[u]...)
		}
	}
	if len(ix.prefix) > 0 {
		for _, p := range Prefixes(r.Activity) {
			ids = append(ids, ix.prefix[p]...)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := make([]Alignment, len(ids))
	for i, id := range ids {
		out[i] = ix.byID[id]
	}
	return out
}

func (ix *Index) table(k SelectorKind) *map[string][]string {
	switch k {
	case SelectExact, SelectLink:
		return &ix.exact
	case SelectUnder:
		return &ix.under
	case SelectPrefix:
		return &ix.prefix
	}
	return nil
}
