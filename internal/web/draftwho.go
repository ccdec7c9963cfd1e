package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"cairn/mapping"
)

// whoBody is who gains, loses or expires in one capability, and why.
type whoBody struct {
	Rows   []whoRow
	Slice  slice
	Others string // those who are not people of the course now
	More   string // that not all are kept
}

type whoRow struct {
	Name, Href string
	Now, Then  mapping.State
	NowWords   string
	ThenWords  string
	Why        string
}

// draftWho answers /course/draft/who: the people behind the numbers of a capability.
func (s *site) draftWho(v *visit) (answer, error) {
	q, err := v.query("capability", "of", "page")
	if err != nil {
		return answer{}, err
	}
	page, err := readPage(q)
	if err != nil {
		return answer{}, err
	}
	if s.TotalsOnly {
		return answer{}, refuse(http.StatusForbidden, "named-off", "totalsonly")
	}
	cat := s.catalog(v.session)
	n, ok := cat.Capability(q.Get("capability"))
	if !ok {
		return answer{}, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	d, err := s.ownDraft(v)
	if err != nil {
		return answer{}, err
	}
	if len(d.Edits) == 0 {
		return answer{location: v.to("course/draft")}, nil
	}
	e, id, err := s.effect(v, d, q.Get("of"))
	if err != nil {
		return answer{}, fmt.Errorf("work out what a draft does: %w", err)
	}
	back := v.to(addressOf("course/draft", url.Values{"of": {id}}))
	if !e.Done {
		return answer{location: back}, nil
	}
	p, err := s.leadPage(v, "who", v.say("who.title", "capability", n.Title), "tags", crumb{v.say("draft.title"), back})
	if err != nil {
		return answer{}, err
	}
	p.Body, err = s.whoOf(v, d, e, url.Values{"capability": {n.ID}, "of": {id}}, page)
	return answer{page: p}, err
}

func (s *site) whoOf(v *visit, d *draft, all EffectsSoFar, q url.Values, page int) (whoBody, error) {
	c, err := s.cohort(v.Context(), v.session)
	if err != nil {
		return whoBody{}, err
	}
	b := whoBody{}
	if all.More {
		b.More = v.say("who.more", "n", len(all.People))
	}
	var known []Effect
	people, others := map[string]courseLearner{}, 0
	for _, p := range c.people {
		people[p.Learner] = p
	}
	for _, e := range all.People {
		if e.Capability != q.Get("capability") {
			continue
		}
		if _, here := people[e.Learner]; here {
			known = append(known, e)
		} else {
			others++
		}
	}
	order := []EffectKind{EffectLose, EffectExpire, EffectGain}
	slices.SortStableFunc(known, func(a, b Effect) int { return slices.Index(order, a.Kind) - slices.Index(order, b.Kind) })
	if others > 0 {
		b.Others = v.say("who.others", "n", others)
	}
	b.Slice = v.sliceOf(len(known), page, peoplePage, func(page int) string {
		return v.to(addressOf("course/draft/who", paged(q, page)))
	})
	cs, err := s.changeset(v, d, "")
	if err != nil {
		return b, err
	}
	for _, e := range known[b.Slice.from:b.Slice.to] {
		row, err := s.whoRow(v, cs, e, people[e.Learner])
		if err != nil {
			return b, err
		}
		b.Rows = append(b.Rows, row)
	}
	return b, nil
}

func (s *site) whoRow(v *visit, cs mapping.Changeset, e Effect, p courseLearner) (whoRow, error) {
	row := whoRow{Name: p.name, Href: v.to("course/people/" + p.code), Now: e.From, Then: e.To}
	before, after, err := s.Previews.Cases(v.Context(), cs, e.Learner, e.Capability)
	if err != nil {
		return row, fmt.Errorf("work out what a draft does to a person: %w", err)
	}
	was, is := mapping.Evaluate(before), mapping.Evaluate(after)
	row.NowWords, row.ThenWords = v.stateWords(e.From, was), v.stateWords(e.To, is)
	x, err := s.namedExplanation(v, after, is)
	if err != nil {
		return row, err
	}
	row.Why = v.whyThen(e, x)
	return row, nil
}

// namedExplanation explains with the names of the course's activities.
func (s *site) namedExplanation(v *visit, c mapping.Case, r mapping.Result) (mapping.Explanation, error) {
	var iris []string
	for _, a := range c.Alignments {
		iris = append(iris, a.Selector.IRI)
	}
	names, err := s.names(v.Context(), v.session.Course, iris)
	if err != nil {
		return mapping.Explanation{}, err
	}
	c.Notice = s.Notice
	return mapping.Explain(c, r, func(iri string) string { return names[iri] }), nil
}

// stateWords is a state on a chip, with how far it is.
func (l locale) stateWords(state mapping.State, r mapping.Result) string {
	if state == mapping.InProgress {
		return l.say("chip.in_progress", "have", r.Have, "need", r.Need)
	}
	if state == "" {
		state = mapping.NotStarted
	}
	return l.say("state." + string(state))
}

// whyThen is the shortest word about why somebody stands there after the change.
func (v *visit) whyThen(e Effect, x mapping.Explanation) string {
	switch {
	case e.Kind == EffectExpire:
		return v.say("who.ends", "date", v.date(e.Expires))
	case e.Kind == EffectGain && len(x.Counted) > 0:
		return v.say("hint.from", "activity", activityName(x.Counted[len(x.Counted)-1].Activity))
	case len(x.NotCounted) > 0 && e.Kind == EffectLose && x.Have == 0:
		return v.notCountedWords(x.NotCounted[len(x.NotCounted)-1])
	case x.NeedsEndorsement && x.Missing == 0:
		return v.say("who.endorsement")
	case x.Missing > 0:
		return v.say("hint.missing", "n", x.Missing)
	}
	return v.say("rule.none")
}
