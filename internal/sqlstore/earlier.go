package sqlstore

import (
	"context"
	"slices"

	"cairn/internal/pipeline"
)

// earlier is, by item of an older version, the capabilities that replaced it: what somebody has for it is told with these too
// (mapping.ReasonWrongVersion).
type earlier map[string][]string

// earlierOfAll answers what some capabilities replaced, and of each what. Most replaced nothing.
func (s *Store) earlierOfAll(ctx context.Context, capabilities []string) (out earlier, of map[string][]string, err error) {
	out, of = earlier{}, map[string][]string{}
	for _, id := range capabilities {
		if of[id], err = s.earlierOf(ctx, id); err != nil {
			return nil, nil, err
		}
		for _, old := range of[id] {
			out[old] = append(out[old], id)
		}
	}
	return out, of, nil
}

func (e earlier) ids() []string {
	var out []string
	for old := range e {
		out = append(out, old)
	}
	slices.Sort(out)
	return out
}

// addEarlier puts into what states rest on what the learner has for items of older versions, and where that is aligned still.
func (s *Store) addEarlier(ctx context.Context, db reader, learner string, into map[string]*pipeline.Basis, capabilities []string) error {
	old, of, err := s.earlierOfAll(ctx, capabilities)
	if err != nil || len(old) == 0 {
		return err
	}
	list := s.d.list(old.ids())
	rows, err := selectEvidence(ctx, db, `WHERE e.learner = ? AND `+s.d.in("e.capability")+` AND l.ended = 0`, learner, list)
	if err != nil || len(rows) == 0 {
		return err
	}
	aligned, err := selectAligned(ctx, db, `WHERE ended = 0 AND `+s.d.in("capability")+` ORDER BY began, id`, list)
	if err != nil {
		return err
	}
	active := map[string]bool{}
	for _, a := range aligned {
		active[a.ID] = true
		for _, heir := range old[a.Capability] {
			into[heir].Aligned, into[heir].Earlier = append(into[heir].Aligned, a), of[heir]
		}
	}
	for _, row := range rows {
		one, err := row.ledger()
		if err != nil {
			return err
		}
		for _, heir := range old[row.Capability] {
			if active[row.Alignment] {
				into[heir].Rows = append(into[heir].Rows, one)
			}
		}
	}
	return nil
}

// addEarlierHistory does so with the past: what had ended by a date is found out by History.Case.
func (s *Store) addEarlierHistory(ctx context.Context, db reader, learner string, into map[string]*pipeline.History, capabilities []string) error {
	old, of, err := s.earlierOfAll(ctx, capabilities)
	if err != nil || len(old) == 0 {
		return err
	}
	list := s.d.list(old.ids())
	rows, err := historyRows(ctx, db, `WHERE e.learner = ? AND `+s.d.in("e.capability"), learner, list)
	if err != nil || len(rows) == 0 {
		return err
	}
	aligned, err := selectAligned(ctx, db, `WHERE `+s.d.in("capability")+` ORDER BY began, id`, list)
	if err != nil {
		return err
	}
	for _, a := range aligned {
		for _, heir := range old[a.Capability] {
			into[heir].Aligned, into[heir].Earlier = append(into[heir].Aligned, a), of[heir]
		}
	}
	for _, row := range rows {
		for _, heir := range old[row.Capability] {
			into[heir].Rows = append(into[heir].Rows, row)
		}
	}
	return nil
}
