package web_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
)

// The stores that pages read and write, over the world.

func (w *world) Enter(_ context.Context, e web.Entry) (web.Session, error) {
	if w.broken != nil {
		return web.Session{}, w.broken
	}
	w.entries = append(w.entries, e)
	s := e.Session
	if e.Record {
		s.Account, s.Learner = "account-"+e.Claims.Subject, "learner-"+e.Claims.Subject
	}
	s.Placement = "placement"
	w.sessions[s.Hash] = s
	return s, nil
}

func (w *world) Session(_ context.Context, hash string, now time.Time) (web.Session, error) {
	if w.broken != nil {
		return web.Session{}, w.broken
	}
	s, ok := w.sessions[hash]
	if !ok || !now.Before(s.ExpiresAt) {
		return web.Session{}, web.ErrNotFound
	}
	return s, nil
}

func (w *world) Prolong(_ context.Context, hash string, until time.Time) error {
	w.prolonged[hash] = until
	return nil
}

func (w *world) caseOf(learner, capability string) mapping.Case {
	c := mapping.Case{Capability: capability, Ended: w.ended, WasEvidenced: w.was[learner+capability]}
	for _, a := range w.aligned {
		if a.Capability == capability {
			c.Alignments = append(c.Alignments, a)
		}
	}
	for _, r := range w.rules {
		if r.Capability == capability {
			c.Rules = append(c.Rules, r)
		}
	}
	for _, e := range w.evidence[learner] {
		if slices.ContainsFunc(c.Alignments, func(a mapping.Alignment) bool { return a.ID == e.Alignment }) {
			c.Evidence = append(c.Evidence, e)
		}
	}
	return c
}

func (w *world) Progress(_ context.Context, learner string) ([]mapping.Progress, error) {
	if w.broken != nil {
		return nil, w.broken
	}
	if w.kept != nil {
		return w.kept, nil
	}
	if w.states != nil {
		return w.states[learner], nil
	}
	var out []mapping.Progress
	for _, n := range w.cat.Tracked("") {
		r := mapping.Evaluate(w.caseOf(learner, n.ID))
		if r.State == mapping.NotStarted {
			continue
		}
		p := mapping.Progress{Learner: learner, Capability: n.ID, State: r.State, Have: r.Have, Need: r.Need, Percent: r.Percent, Since: r.DecidedAt}
		if all := w.history[learner][n.ID]; len(all) > 0 {
			p.Since = all[len(all)-1].At
		}
		out = append(out, p)
	}
	return out, nil
}

func (w *world) Case(_ context.Context, learner, capability string) (mapping.Case, error) {
	return w.caseOf(learner, capability), w.broken
}

func (w *world) Transitions(_ context.Context, learner, capability string) ([]mapping.Transition, error) {
	return w.history[learner][capability], w.broken
}

func (w *world) ActivityNames(_ context.Context, iris []string) (map[string]string, error) {
	out := map[string]string{}
	for _, list := range w.seen {
		for _, a := range list {
			if a.Name != "" && slices.Contains(iris, a.IRI) {
				out[a.IRI] = a.Name
			}
		}
	}
	return out, w.broken
}

func (w *world) Activities(_ context.Context, c web.Course) ([]web.CourseActivity, error) {
	out := slices.Clone(w.seen[c.ID])
	for _, a := range w.aligned {
		if a.Selector.Kind == mapping.SelectPrefix && !w.ended[a.ID] && a.Scope.Same(c.Scope()) {
			out = append(out, web.CourseActivity{IRI: a.Selector.IRI, Prefix: true, ByHand: true})
		}
		known := slices.ContainsFunc(out, func(s web.CourseActivity) bool { return s.IRI == a.Selector.IRI })
		if a.Placed && !known && !w.ended[a.ID] && a.Scope.Same(c.Scope()) {
			out = append(out, web.CourseActivity{IRI: a.Selector.IRI, ByHand: true})
		}
	}
	return out, w.broken
}

func (w *world) Names(_ context.Context, c web.Course) (map[string]string, error) {
	return w.called[c.ID], w.broken
}

func (w *world) Rename(_ context.Context, c web.Course, iri, name, author string, at time.Time) error {
	if w.called == nil {
		w.called = map[string]map[string]string{}
	}
	if w.called[c.ID] == nil {
		w.called[c.ID] = map[string]string{}
	}
	w.called[c.ID][iri] = name
	if name == "" {
		delete(w.called[c.ID], iri)
	}
	return w.broken
}

func (w *world) Learners(_ context.Context, c web.Course, iris []string) (map[string]web.Count, error) {
	people := map[string]map[string]bool{}
	for learner, all := range w.evidence {
		for _, e := range all {
			if people[e.Record.Activity] == nil {
				people[e.Record.Activity] = map[string]bool{}
			}
			people[e.Record.Activity][learner] = true
		}
	}
	out := map[string]web.Count{}
	for _, iri := range iris {
		out[iri] = web.Count{N: len(people[iri]), More: len(people[iri]) > 20}
	}
	return out, w.broken
}

func (w *world) Under(_ context.Context, c web.Course, prefix string) (int, error) {
	n := 0
	for _, a := range w.seen[c.ID] {
		if (mapping.Selector{Kind: mapping.SelectPrefix, IRI: prefix}).Matches(mapping.Record{Activity: a.IRI}) {
			n++
		}
	}
	return n, w.broken
}

func (w *world) Title(_ context.Context, _, id string) (string, error) {
	for _, c := range []web.Course{course, course9} {
		if c.ID == id {
			return c.Title, w.broken
		}
	}
	return "", web.ErrNotFound
}

func (w *world) Alignments(_ context.Context, c web.Course) ([]mapping.Alignment, error) {
	var out []mapping.Alignment
	for _, a := range w.aligned {
		if !w.ended[a.ID] && a.Scope.Contains(c.Scope()) {
			out = append(out, a)
		}
	}
	return out, w.broken
}

func (w *world) Member(_ context.Context, c web.Course, issuer, subject string) (web.Member, error) {
	m, ok := w.members[subject]
	if !ok || c.ID != "2" || issuer != lms {
		return m, web.ErrNotFound
	}
	return m, w.broken
}

func (w *world) Seen(_ context.Context, c web.Course) ([]web.Person, error) {
	if c.ID != "2" || c.Registration != "r1" {
		return nil, w.broken
	}
	return w.opened, w.broken
}

func (w *world) Figures(ctx context.Context, learners []string, parts map[string]string) (map[string]map[string]web.Figure, error) {
	out := map[string]map[string]web.Figure{}
	for _, l := range learners {
		all, err := w.Progress(ctx, l)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			part, ok := parts[p.Capability]
			if !ok || p.State != mapping.Evidenced && p.State != mapping.Expiring && p.State != mapping.InProgress {
				continue
			}
			if out[l] == nil {
				out[l] = map[string]web.Figure{}
			}
			f := out[l][part]
			if p.State == mapping.InProgress {
				f.InProgress++
			} else {
				f.Evidenced++
			}
			if p.State == mapping.Expiring {
				f.Expiring++
			}
			out[l][part] = f
		}
	}
	return out, nil
}

// FiguresOn leaves out what happened later: in this world everything is recorded when it happens.
func (w *world) FiguresOn(ctx context.Context, learners []string, parts map[string]string, at time.Time) (map[string]map[string]web.Figure, error) {
	all := w.evidence
	defer func() { w.evidence = all }()
	w.evidence = map[string][]mapping.Evidence{}
	for learner, list := range all {
		for _, e := range list {
			if e.Record.Time.Before(at) {
				w.evidence[learner] = append(w.evidence[learner], e)
			}
		}
	}
	return w.Figures(ctx, learners, parts)
}

func (w *world) Standings(ctx context.Context, learners []string) (map[string]web.Standing, error) {
	out := map[string]web.Standing{}
	for _, l := range learners {
		all, err := w.Progress(ctx, l)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			n := out[p.Capability]
			switch p.State {
			case mapping.InProgress:
				n.InProgress++
			case mapping.Evidenced:
				n.Evidenced++
			case mapping.Expired:
				n.Expired++
			case mapping.Withdrawn:
				n.Withdrawn++
			}
			out[p.Capability] = n
		}
	}
	return out, nil
}

func (w *world) People(_ context.Context, c web.Course, _ string) (web.CourseList, error) {
	if w.list == nil || c.ID != "2" || c.Registration != "r1" {
		return web.CourseList{}, web.ErrNotFound
	}
	return *w.list, w.broken
}

func (w *world) Changesets(_ context.Context, c web.Course, limit int) ([]web.HistoryEntry, error) {
	var out []web.HistoryEntry
	for _, h := range slices.Backward(w.changes) {
		if h.Changeset.Scope.Same(c.Scope()) && len(out) < limit {
			out = append(out, h)
		}
	}
	return out, w.broken
}

func (w *world) Apply(_ context.Context, cs mapping.Changeset) (int64, error) {
	if w.broken != nil {
		return 0, w.broken
	}
	for _, h := range w.changes {
		if h.Changeset.ID == cs.ID {
			return h.Pos, nil // applied already
		}
	}
	if meanwhile := w.meanwhile; meanwhile != nil {
		w.meanwhile = nil
		meanwhile()
	}
	if n := len(w.changes); cs.After != nil && n > 0 && w.changes[n-1].Pos > *cs.After {
		return 0, &mapping.EditError{Edit: -1, Rule: mapping.ErrMoved}
	}
	err := cs.Validate(mapping.Known{
		Capability: func(id string) bool { _, ok := w.cat.Capability(id); return ok },
		Alignment: func(id string) (mapping.Alignment, bool) {
			i := slices.IndexFunc(w.aligned, func(a mapping.Alignment) bool { return a.ID == id && !w.ended[id] })
			if i < 0 {
				return mapping.Alignment{}, false
			}
			return w.aligned[i], true
		},
		Own: w.cat.Minted,
	})
	if err != nil {
		return 0, err
	}
	pos := int64(1000 + len(w.changes))
	w.changes = append(w.changes, web.HistoryEntry{Pos: pos, Changeset: cs, Author: "Tove Teacher"})
	for _, e := range cs.Edits {
		switch {
		case e.Add != nil:
			w.aligned = append(w.aligned, *e.Add)
		case e.Remove != "":
			w.ended[e.Remove] = true
		}
	}
	return pos, nil
}

func (w *world) Place(_ context.Context, a web.PlacedActivity) error {
	if w.placeErr != nil {
		return w.placeErr
	}
	if !slices.ContainsFunc(w.placed, func(o web.PlacedActivity) bool { return o.ID == a.ID }) {
		w.placed = append(w.placed, a)
	}
	return w.broken
}

func (w *world) Activity(_ context.Context, id string) (web.PlacedActivity, error) {
	i := slices.IndexFunc(w.placed, func(a web.PlacedActivity) bool { return a.ID == id })
	if i < 0 {
		return web.PlacedActivity{}, web.ErrNotFound
	}
	return w.placed[i], w.broken
}

func (w *world) OfCourse(_ context.Context, c web.Course) ([]web.PlacedActivity, error) {
	var out []web.PlacedActivity
	for _, a := range w.placed {
		if a.Registration == c.Registration && a.Context == c.ID {
			out = append(out, a)
		}
	}
	return out, w.broken
}

func (w *world) Attempt(_ context.Context, a web.PlacedActivity, account string) (web.Attempt, error) {
	return w.attempts[a.ID+" "+account], w.broken
}

func (w *world) Record(_ context.Context, act web.Act) (int64, bool, error) {
	if w.broken != nil {
		return 0, false, w.broken
	}
	key := act.Activity + " " + act.Account
	attempt := w.attempts[key]
	switch {
	case act.Kind == web.ActOpened && attempt.Opened.IsZero():
		attempt.Opened = act.At
	case act.Kind == web.ActCompleted && attempt.Completed.IsZero():
		attempt.Completed = act.At
	case act.Kind != web.ActLaunched:
		return 0, false, nil
	}
	w.attempts[key] = attempt
	w.acts = append(w.acts, act)
	return int64(len(w.acts)), true, nil
}

func (w *world) Framework(id string) (*mapping.Catalog, bool) { return w.cat, id == w.cat.ID }

// toolKey signs what the picker gives back.
var toolKey = sync.OnceValue(func() lti.KeyPair {
	key, err := lti.GenerateKey()
	if err != nil {
		panic(err)
	}
	return key
})

func (w *world) AnswerDeepLinking(ctx context.Context, registration string, l *lti.Launch, a lti.DeepLinkingAnswer) (lti.DeepLinkingForm, error) {
	l.Registration, _ = w.Registration(ctx, registration)
	w.given = append(w.given, a)
	return w.tool.AnswerDeepLinking(l, a, toolKey())
}

func (w *world) All() []*mapping.Catalog { return []*mapping.Catalog{w.cat} }

func (w *world) Default() *mapping.Catalog { return w.cat }

func (w *world) Wait(_ context.Context, pos int64) error {
	w.waited = append(w.waited, pos)
	return w.waitErr
}

func (w *world) UpTo(context.Context) (time.Time, error) { return w.upTo, w.broken }

func (w *world) PageRegistration(_ context.Context, id string) (web.Registration, error) {
	r, ok := w.regs[id]
	if !ok {
		return r, web.ErrNotFound
	}
	return r, nil
}

func (w *world) FrameOrigins(context.Context) ([]string, error) {
	w.asked++
	return []string{lms, "https://other.example"}, nil
}

// What the real tool needs to begin logins.

func (w *world) ByIssuer(_ context.Context, issuer, clientID string) (lti.Registration, error) {
	if issuer != w.platform || clientID != "" && clientID != "client" {
		return lti.Registration{}, lti.ErrUnknownRegistration
	}
	return lti.Registration{ID: "r1", Issuer: w.platform, ClientID: "client", AuthorizationEndpoint: w.platform + "/auth?x=1"}, nil
}

func (w *world) Registration(ctx context.Context, _ string) (lti.Registration, error) {
	return w.ByIssuer(ctx, w.platform, "")
}

func (w *world) SaveLogin(_ context.Context, l lti.Login) error {
	w.logins[l.State] = l
	return w.broken
}

func (w *world) Login(_ context.Context, state string) (lti.Login, error) {
	l, ok := w.logins[state]
	if !ok {
		return l, lti.ErrStateUnknown
	}
	return l, nil
}

func (w *world) SpendLogin(_ context.Context, state string) error {
	delete(w.logins, state)
	return nil
}
