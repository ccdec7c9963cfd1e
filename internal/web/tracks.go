package web

import (
	"fmt"
	"html/template"
	"slices"
	"time"

	"cairn/mapping"
)

// tracksBody is the three tracks of a capability, in this order, never mixed (pages.md 1, 3).
type tracksBody struct {
	State    mapping.State
	Chip     string
	Since    string // of the evidence, "" when there is none
	Label    string // of the second track
	Leads    string // who can see evidence and endorsements
	Rating   string // "" when there is none
	Rated    string // when
	RatedFor string // who can see it
	Apart    string // that evidence and rating differ
	Rate     string // address of the page to rate it
	Earlier  []string
	Endorsed []template.HTML
	Withdrew []template.HTML // endorsements that no longer stand
}

// tracksOf answers the tracks of one capability, now or as they stood.
func (s *site) tracksOf(v *visit, r *record, n mapping.Node, state mapping.Progress, when asked) (*tracksBody, error) {
	b := &tracksBody{State: state.State, Chip: v.chipWords(state), Label: v.say("tracks.rating"), Leads: v.say("tracks.leads")}
	if dated := state.State == mapping.Expired || state.State == mapping.Withdrawn; state.State != mapping.NotStarted && !dated && !state.Since.IsZero() {
		b.Since = v.say("tracks.since", "date", v.date(state.Since))
	}
	ratings, err := s.Tracks.RatingHistory(v.Context(), r.learner, n.ID)
	if err != nil {
		return nil, fmt.Errorf("read the ratings of a learner: %w", err)
	}
	if !when.now() {
		ratings = slices.DeleteFunc(ratings, func(m mapping.Rating) bool { return m.At.After(when.at) })
	}
	if r.name == "" {
		b.Rate = r.rateHref(v, n, n.Parent)
		v.ratingTrack(b, ratings)
	} else {
		v.sharedTrack(b, ratings)
	}
	return b, s.endorsementTrack(v, b, r.learner, n.ID, when)
}

// sharedTrack fills in what a learner says of themselves for those who lead a course: the last word, if it is shared with them. That
// nothing was said and that it is not shared read the same.
func (l locale) sharedTrack(b *tracksBody, ratings []mapping.Rating) {
	b.Label, b.Leads = l.say("tracks.theirs"), l.say("tracks.theyandleads")
	b.Rating, b.RatedFor = l.say("tracks.notshared"), ""
	if len(ratings) == 0 {
		return
	}
	if m := ratings[len(ratings)-1]; m.Shared && !m.Cleared() {
		b.Rating, b.Rated, b.RatedFor = l.ratingWords(m), l.date(m.At), b.Leads
	}
}

// ratingTrack fills in what the learner said of themselves, and what before.
func (l locale) ratingTrack(b *tracksBody, ratings []mapping.Rating) {
	b.RatedFor = l.say("tracks.onlyyou")
	if len(ratings) == 0 {
		return
	}
	last := len(ratings) - 1
	if m := ratings[last]; !m.Cleared() {
		b.Rating, b.Rated = l.ratingWords(m), l.date(m.At)
		if m.Shared {
			b.RatedFor = l.say("tracks.leads")
		}
		b.Apart = l.apartWords(m, b.State)
		ratings = ratings[:last]
	}
	for _, m := range slices.Backward(ratings) {
		b.Earlier = append(b.Earlier, l.say("tracks.earlier", "date", l.date(m.At), "rating", l.ratingWords(m)))
	}
}

// ratingWords writes a rating: "Now: with help. Needed: on my own."
func (l locale) ratingWords(m mapping.Rating) string {
	switch {
	case m.Cleared():
		return l.say("rating.cleared")
	case m.Needed == mapping.RatingNone:
		return l.say("rating.now", "now", l.say("rating.word."+string(m.Now)))
	case m.Now == mapping.RatingNone:
		return l.say("rating.needed", "needed", l.say("rating.word."+string(m.Needed)))
	}
	return l.say("rating.both", "now", l.say("rating.word."+string(m.Now)), "needed", l.say("rating.word."+string(m.Needed)))
}

// apartWords says that evidence and rating differ, "" when they do not.
func (l locale) apartWords(m mapping.Rating, state mapping.State) string {
	evidenced := state == mapping.Evidenced || state == mapping.Expiring
	if m.Now == mapping.RatingNone || m.Now.Able() == evidenced {
		return ""
	}
	return l.say("rating.apart")
}

// endorsementTrack fills in who endorsed, the newest first, and what of that no longer stands.
func (s *site) endorsementTrack(v *visit, b *tracksBody, learner, capability string, when asked) error {
	all, err := s.Tracks.Endorsements(v.Context(), learner)
	if err != nil {
		return fmt.Errorf("read the endorsements of a learner: %w", err)
	}
	at := s.Now()
	if !when.now() {
		at = when.at
	}
	all = slices.DeleteFunc(all, func(e mapping.Endorsement) bool { return e.Capability != capability || e.At.After(at) })
	names, err := s.endorsers(v, all)
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(all) {
		if e.WithdrawnAt.After(at) {
			e.WithdrawnAt = time.Time{}
		}
		if e.Stands(at) {
			b.Endorsed = append(b.Endorsed, v.endorsementWords(e, names))
		} else {
			b.Withdrew = append(b.Withdrew, v.endorsementWords(e, names))
		}
	}
	return nil
}

// endorsers answers the names of who endorsed, by account.
func (s *site) endorsers(v *visit, all []mapping.Endorsement) (map[string]string, error) {
	var accounts []string
	for _, e := range all {
		accounts = append(accounts, e.By)
	}
	if len(accounts) == 0 {
		return nil, nil
	}
	names, err := s.Tracks.AccountNames(v.Context(), accounts)
	if err != nil {
		return nil, fmt.Errorf("read who endorsed: %w", err)
	}
	return names, nil
}

// endorsementWords writes an endorsement as markup.
func (l locale) endorsementWords(e mapping.Endorsement, names map[string]string) template.HTML {
	return endorsementIn(l.sayHTML, l, e, names)
}

// endorsementIn writes an endorsement as markup or as plain text: who, when, what they have seen, and what became of it.
func endorsementIn[T string | template.HTML](say func(key string, gaps ...any) T, l locale, e mapping.Endorsement, names map[string]string) T {
	out := say("endorsement.by", "name", personOr(names[e.By], l.say("endorsement.someone")), "date", l.date(e.At))
	if e.Note != "" {
		out = say("endorsement.note", "endorsement", out, "note", e.Note)
	}
	switch {
	case !e.WithdrawnAt.IsZero() && e.WithdrawnReason != "":
		return say("endorsement.withdrawnfor", "endorsement", out, "date", l.date(e.WithdrawnAt), "reason", e.WithdrawnReason)
	case !e.WithdrawnAt.IsZero():
		return say("endorsement.withdrawn", "endorsement", out, "date", l.date(e.WithdrawnAt))
	case !e.Until.IsZero():
		return say("endorsement.until", "endorsement", out, "date", l.date(e.Until))
	}
	return out
}
