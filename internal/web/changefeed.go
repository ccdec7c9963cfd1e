package web

import (
	"fmt"
	"slices"
	"time"

	"cairn/mapping"
)

// happening is one thing that changed, with when it became known.
type happening struct {
	at  time.Time
	row changedRow
}

// feed is what changed for the learner of a record: states, and beside them what was said, what was seen, rules and versions.
type feed struct {
	*record
	v     *visit
	nodes map[string]mapping.Node
	tell  teller
	told  map[string]mapping.Explanation
	rules []RuleChange
}

// feedOf begins the feed of a record: on what it is about. A learner's own has what was replaced since, too.
func (s *site) feedOf(v *visit, r *record) *feed {
	f := &feed{record: r, v: v, nodes: map[string]mapping.Node{}}
	for _, n := range r.cat.TrackedFor(r.node, r.role) {
		f.nodes[n.ID] = n
	}
	if r.name == "" {
		for _, k := range s.replaced(r) {
			f.nodes[k.ID] = k.Node
		}
	}
	return f
}

func (f *feed) capabilities() []string {
	out := make([]string, 0, len(f.nodes))
	for id := range f.nodes {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// page answers a page of the feed since a time, the newest first, and how much there is in all. States are read a page at a time;
// what happens beside them is little, and is sorted in.
func (s *site) feedPage(v *visit, f *feed, since time.Time, page int) ([]happening, int, error) {
	beside, err := s.beside(v, f, since)
	if err != nil {
		return nil, 0, err
	}
	from := (page - 1) * listPage
	offset := max(0, from-len(beside))
	changes, total, err := s.Records.Changes(v.Context(), f.learner, f.capabilities(), since, offset, from+listPage-offset)
	if err != nil {
		return nil, 0, fmt.Errorf("read what changed: %w", err)
	}
	if err := s.tellChanges(v, f, changes); err != nil {
		return nil, 0, err
	}
	all := beside
	for _, c := range changes {
		all = append(all, happening{c.Known, f.stateRow(c)})
	}
	slices.SortStableFunc(all, func(a, b happening) int { return b.at.Compare(a.at) })
	// Whatever lies before the offset comes before this page, too.
	first := min(from-offset, len(all))
	return all[first:min(first+listPage, len(all))], total + len(beside), nil
}

// tellChanges explains the capabilities of some changes, for the activities behind these.
func (s *site) tellChanges(v *visit, f *feed, changes []Change) error {
	var of []string
	for _, c := range changes {
		if !slices.Contains(of, c.Capability) {
			of = append(of, c.Capability)
		}
	}
	cases, err := s.Records.Cases(v.Context(), f.learner, of)
	if err != nil {
		return fmt.Errorf("read what the states rest on: %w", err)
	}
	all := make([]mapping.Case, 0, len(cases))
	for _, c := range cases {
		all = append(all, c)
	}
	f.tell = s.tellerOf(v, f.record, all...)
	f.told, err = s.explainCases(v.Context(), v.session, cases)
	return err
}

// stateRow is a state that changed.
func (f *feed) stateRow(c Change) changedRow {
	then, x := mapping.Progress{State: c.To, Have: c.Have, Need: c.Need, Since: c.At}, f.told[c.Capability]
	row := changedRow{State: c.To, Chip: f.v.chipWords(then), Cause: f.cause(c, x)}
	f.about(&row, c.Capability, c.Known)
	if lost := c.To == mapping.Withdrawn || c.To == mapping.Expired; lost && f.name == "" && f.of(c.Capability).State == c.To {
		row.Back = f.v.wayBack(x, f.v.now())
	}
	return row
}

// cause is the rule where a change of it made the state change, else what the transition tells.
func (f *feed) cause(c Change, x mapping.Explanation) string {
	for _, r := range f.rules {
		if r.Pos == c.Pos && r.Pos != 0 && (r.Capability == c.Capability || r.Capability == "") {
			return f.v.ruleWas(r)
		}
	}
	return f.tell.cause(c.Transition, x)
}

// about fills in which capability a row is about, with where its page of that day is.
func (f *feed) about(row *changedRow, capability string, at time.Time) {
	n := f.nodes[capability]
	row.Name, row.Why = f.shortCapability(n), f.v.to(f.at+"/capability/"+capability+"?at="+at.In(f.v.zone).Format(isoDate))
	if row.Name == n.Title {
		row.Lang = f.v.foreign()
	}
}
