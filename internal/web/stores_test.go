package web_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"cairn/internal/pipeline"
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
	c := mapping.Case{Capability: capability, Ended: w.ended, WasEvidenced: w.was[learner+capability], At: w.clock}
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
	for _, e := range w.endorsed {
		if e.Learner == learner && e.Capability == capability {
			c.Endorsements = append(c.Endorsements, e)
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
		p := mapping.Progress{Learner: learner, Capability: n.ID, State: r.State, Have: r.Have, Need: r.Need, Percent: r.Percent, Since: r.DecidedAt, Expires: r.Expires}
		if r.State == mapping.Expired {
			p.Since = r.ExpiredAt
		}
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

func (w *world) Cases(ctx context.Context, learner string, capabilities []string) (map[string]mapping.Case, error) {
	out := map[string]mapping.Case{}
	for _, id := range capabilities {
		out[id] = w.caseOf(learner, id)
	}
	return out, w.broken
}

// AsOf of the world knows what happened by then.
func (w *world) AsOf(_ context.Context, learner, capability string, q pipeline.AsOf) (mapping.Case, error) {
	c := w.caseOf(learner, capability)
	c.At, c.WasEvidenced = q.At, false
	if !q.RulesOfToday && w.rulesThen != nil {
		c.Rules = w.rulesThen
	}
	c.Evidence = slices.DeleteFunc(c.Evidence, func(e mapping.Evidence) bool { return e.Record.Time.After(q.At) })
	c.Endorsements = slices.DeleteFunc(c.Endorsements, func(e mapping.Endorsement) bool { return e.At.After(q.At) })
	return c, w.broken
}

// AllAsOf of the world knows what happened by then.
func (w *world) AllAsOf(_ context.Context, learner string, q pipeline.AsOf) (out []mapping.Case, err error) {
	for _, n := range w.cat.Tracked("") {
		c := w.caseOf(learner, n.ID)
		c.WasEvidenced = false
		if !q.RulesOfToday && w.rulesThen != nil {
			c.Rules = w.rulesThen
		}
		c.Evidence = slices.DeleteFunc(c.Evidence, func(e mapping.Evidence) bool { return e.Record.Time.After(q.At) })
		if len(c.Evidence) > 0 {
			out = append(out, c)
		}
	}
	return out, w.broken
}

// Changes of the world become known a day after they happen.
func (w *world) Changes(_ context.Context, learner string, capabilities []string, since time.Time, offset, limit int) ([]web.Change, int, error) {
	var all []web.Change
	for _, id := range capabilities {
		for _, t := range w.history[learner][id] {
			t.Capability = id
			if known := t.At.AddDate(0, 0, 1); known.After(since) {
				all = append(all, web.Change{Transition: t, Known: known})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b web.Change) int { return b.Known.Compare(a.Known) })
	return all[min(offset, len(all)):min(offset+limit, len(all))], len(all), w.broken
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

// FiguresOn leaves out what happened later: in this world everything is recorded when it happens.
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
	case act.Kind == web.ActOpened && (attempt.Opened.IsZero() || act.Again && !attempt.Opened.After(attempt.Completed)):
		attempt.Opened = act.At
	case act.Kind == web.ActCompleted && (attempt.Completed.IsZero() || act.Again && attempt.Opened.After(attempt.Completed)):
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

func (w *world) All() []*mapping.Catalog {
	if w.older != nil {
		return []*mapping.Catalog{w.cat, w.older}
	}
	return []*mapping.Catalog{w.cat}
}

// Publications of the world: the version before it came out a year ago, the present one when the test says so.
func (w *world) Publications() []mapping.Publication {
	out := []mapping.Publication{{Catalog: w.cat, Published: w.published}}
	if w.older != nil {
		out = append(out, mapping.Publication{Catalog: w.older, Published: now.AddDate(-1, 0, 0)})
	}
	return out
}

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
