package api

import (
	"slices"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// progressList is how a learner stands.
type progressList struct {
	Learner   string         `json:"learner"`
	Framework string         `json:"framework"`
	Version   string         `json:"version"`
	At        time.Time      `json:"at"` // the date the states are of
	Counts    map[string]int `json:"counts"`
	Items     []progress     `json:"items"`
}

// progress is a learner's state in one capability.
type progress struct {
	Capability string        `json:"capability"`
	Code       string        `json:"code"`
	Level      int           `json:"level,omitzero"`
	State      mapping.State `json:"state"`
	Percent    int           `json:"percent"`
	Have       int           `json:"have"` // different activities (points) that count
	Need       int           `json:"need"` // as many are asked for
	Since      time.Time     `json:"since,omitzero"`
	Expires    time.Time     `json:"expires,omitzero"`
}

// date is the date that a call asks for, and whether it asks for one.
func (c *call) date() (pipeline.AsOf, bool, error) {
	had, known := c.moment("as_of"), c.moment("known_at")
	switch {
	case !had.IsZero() && !known.IsZero():
		return pipeline.AsOf{}, false, newProblem("parameter_malformed", "as_of and known_at are two questions: ask one")
	case had.IsZero() && known.IsZero() && c.query["rules_of_today"] != "":
		return pipeline.AsOf{}, false, newProblem("parameter_missing", "rules_of_today needs a date: as_of or known_at")
	case known.IsZero() && c.query["pos"] != "":
		return pipeline.AsOf{}, false, newProblem("parameter_missing", "pos needs a date: known_at")
	case !had.IsZero():
		return pipeline.AsOf{At: had, Clock: pipeline.ClockEvent, RulesOfToday: c.query["rules_of_today"] == "true"}, true, nil
	}
	return pipeline.AsOf{At: known, Pos: int64(c.number("pos", 0)), Clock: pipeline.ClockRecorded, RulesOfToday: c.query["rules_of_today"] == "true"}, !known.IsZero(), nil
}

func (s *service) getProgress(c *call) (answer, error) {
	cat, err := s.catalog(c)
	if err != nil {
		return answer{}, err
	}
	l, err := s.learner(c)
	if err != nil {
		return answer{}, err
	}
	out := progressList{Learner: l.ID, Framework: cat.ID, Version: cat.Version, Counts: map[string]int{}}
	stands, at, err := s.standing(c, l.ID, cat.Tracked(""))
	if err != nil {
		return answer{}, err
	}
	out.At = at
	for _, n := range cat.Tracked("") {
		p := stands[n.ID]
		p.Capability, p.Code, p.Level = n.ID, n.Code, n.Level
		if p.State == "" {
			p.State = mapping.NotStarted
		}
		out.Counts[string(p.State)]++
		if only := c.query["state"]; only == "" || only == string(p.State) {
			out.Items = append(out.Items, p)
		}
	}
	return ok(out)
}

// standing is how a learner stands by capability, now or on the date that is asked for.
func (s *service) standing(c *call, learner string, of []mapping.Node) (map[string]progress, time.Time, error) {
	q, dated, err := c.date()
	if err != nil {
		return nil, time.Time{}, err
	}
	out := map[string]progress{}
	if dated {
		cases, err := s.Records.CasesAsOf(c.Context(), learner, idsOf(of), q)
		for id, one := range cases {
			out[id] = s.stoodIn(one, q.At)
		}
		return out, q.At, err
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	kept, err := s.Records.Progress(c.Context(), learner)
	if err != nil {
		return nil, now, err
	}
	for _, p := range kept {
		out[p.Capability] = progress{State: p.On(now, s.Notice), Percent: p.Percent, Have: p.Have, Need: p.Need, Since: p.Since.UTC(), Expires: p.Expires.UTC()}
	}
	return out, now, s.needs(c, learner, of, out)
}

// needs tells how much is asked for where nothing counted yet.
func (s *service) needs(c *call, learner string, of []mapping.Node, stands map[string]progress) error {
	var bare []string
	for _, n := range of {
		if p := stands[n.ID]; p.State == "" || p.State == mapping.NotStarted {
			bare = append(bare, n.ID)
		}
	}
	cases, err := s.Records.Cases(c.Context(), learner, bare)
	for id, one := range cases {
		p := stands[id]
		p.Need = mapping.Evaluate(one).Need
		stands[id] = p
	}
	return err
}

// casesOf is what the states of capabilities rest on, now or on the date that is asked for.
func (s *service) casesOf(c *call, learner string, capabilities []string) (map[string]mapping.Case, error) {
	q, dated, err := c.date()
	switch {
	case err != nil:
		return nil, err
	case dated:
		return s.Records.CasesAsOf(c.Context(), learner, capabilities, q)
	}
	return s.Records.Cases(c.Context(), learner, capabilities)
}

func idsOf(nodes []mapping.Node) []string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.ID
	}
	return ids
}

func (s *service) stoodIn(c mapping.Case, at time.Time) progress {
	r := mapping.Evaluate(c)
	state := mapping.Progress{State: r.State, Expires: r.Expires}.On(at, s.Notice)
	return progress{State: state, Percent: r.Percent, Have: r.Have, Need: r.Need, Since: r.DecidedAt.UTC(), Expires: r.Expires}
}

// explain answers the one explanation.
func (s *service) explain(c *call) (answer, error) {
	l, capability, err := s.pair(c)
	if err != nil {
		return answer{}, err
	}
	cases, err := s.casesOf(c, l, []string{capability})
	if err != nil {
		return answer{}, err
	}
	x, err := s.explained(c, cases)
	return answer{body: explanation{x[capability], s.basis(cases[capability])}}, err
}

// explained tells cases by capability, with the names of their activities.
func (s *service) explained(c *call, of map[string]mapping.Case) (map[string]mapping.Explanation, error) {
	var iris []string
	for _, one := range of {
		for _, a := range one.Alignments {
			iris = append(iris, a.Selector.IRI)
		}
	}
	slices.Sort(iris)
	names, err := s.Records.ActivityNames(c.Context(), slices.Compact(iris))
	out := make(map[string]mapping.Explanation, len(of))
	for id, one := range of {
		one.Notice = s.Notice
		out[id] = mapping.Explain(one, mapping.Evaluate(one), func(iri string) string { return names[iri] })
	}
	return out, err
}

// pair is the learner and the capability that an address names.
func (s *service) pair(c *call) (learner, capability string, err error) {
	capability = c.PathValue("capability")
	if !s.published(capability) {
		return "", "", ErrNotFound
	}
	l, err := s.learner(c)
	return l.ID, capability, err
}

// transition is one entry of a history. Nothing changes without one.
type transition struct {
	Ordinal     int               `json:"ordinal"` // 1 for the first
	Pos         int64             `json:"pos"`     // of the cause, in the log
	From        mapping.State     `json:"from"`
	To          mapping.State     `json:"to"`
	FromPercent int               `json:"from_percent"`
	Percent     int               `json:"percent"`
	Have        int               `json:"have"`
	Need        int               `json:"need"`
	Cause       mapping.CauseKind `json:"cause"`
	CauseID     string            `json:"cause_id,omitzero"` // of a statement, a changeset, an account or an endorsement
	At          time.Time         `json:"at"`                // event time
	Statements  []string          `json:"statements"`        // ids of those that counted
}

type transitionList struct {
	Items []transition `json:"items"`
	Next  string       `json:"next,omitzero"`
}

func (s *service) history(c *call) (answer, error) {
	l, capability, err := s.pair(c)
	if err != nil {
		return answer{}, err
	}
	after := 0
	if err := s.place(c, &after); err != nil {
		return answer{}, err
	}
	limit := c.number("limit", defaultLimit)
	all, err := s.Records.History(c.Context(), l, capability, after, limit+1)
	if err != nil {
		return answer{}, err
	}
	all, next, err := page(s, c, all, limit, func(t mapping.Transition) any { return t.Ordinal })
	list := transitionList{Next: next}
	for _, t := range all {
		list.Items = append(list.Items, transition{t.Ordinal, t.Pos, t.From, t.To, t.FromPercent, t.Percent, t.Have, t.Need, t.Cause, t.CauseID, t.At.UTC(), t.Statements})
	}
	return answer{body: list}, err
}
