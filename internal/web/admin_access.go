package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrTaken says that a store has another one of this name.
var ErrTaken = errors.New("web: there is one with this name already")

// Access is who may send and read records, and where they are sent on to.
type Access interface {
	// Keys answers all, also those that were ended, oldest first.
	Keys(ctx context.Context) ([]Key, error)
	// Scopes answers what a key can be given, in their order.
	Scopes() []string
	// AddKey makes one and answers its secret, which is not kept. site is the registration to whose people it is limited, "" for none.
	// ErrNotFound for a site that a key cannot be limited to.
	AddKey(ctx context.Context, name string, scopes []string, site string) (id, secret string, err error)
	// RenewKey gives one another secret; the old one holds for keep more. ErrNotFound, also for one that was ended.
	RenewKey(ctx context.Context, id string, keep time.Duration) (secret string, err error)
	// EndKey ends one. What it stored stays. ErrNotFound.
	EndKey(ctx context.Context, id string) error

	// Forwards answers all, by name.
	Forwards(ctx context.Context) ([]Forward, error)
	// AddForward keeps one and answers its id. ErrTaken.
	AddForward(ctx context.Context, f NewForward) (id string, err error)
	// TestForward asks the other record store now, in bounded time, and keeps what it answered. ErrNotFound.
	TestForward(ctx context.Context, id string) error
	// PauseForward has one wait, or go on at once. ErrNotFound.
	PauseForward(ctx context.Context, id string, pause bool) error
	// CatchUp sends again what was stored from a time on; it never skips what was not sent. ErrNotFound.
	CatchUp(ctx context.Context, id string, from time.Time) error
	// RemoveForward forgets one, its secret, and the list of what was refused. ErrNotFound.
	RemoveForward(ctx context.Context, id string) error
	// Refused answers what the other side refused for good, the newest first.
	Refused(ctx context.Context, id string, limit int) ([]RefusedRecord, error)
	// SendAgain has a refused statement sent once more, all for "", and answers how many. Dismiss takes them off the list.
	SendAgain(ctx context.Context, id, statement string) (int, error)
	Dismiss(ctx context.Context, id, statement string) (int, error)
}

// Key is a credential of a program.
type Key struct {
	ID, Name  string
	Scopes    []string
	HomePage  string // of the accounts it is limited to, "" for everybody
	Activity  string // that it is limited to, "" for all
	PerMinute int    // requests; 0 is no limit
	Created   time.Time
	Used      time.Time // zero: never
	Ended     time.Time // zero while it is in use
	Renewing  time.Time // until when an older secret holds; zero when none does
}

// Forward is another record store that statements are sent on to.
type Forward struct {
	ID, Name, Endpoint, Key string
	Verb, Activity          string // only statements with them; "" for all
	Own                     bool   // only what Cairn emits itself
	Paused, Sent, Next      time.Time
	Waits                   time.Time // when the first of what waits was stored; zero when nothing does
	Waiting                 int       // entries of the log it has not come to
	Count, Refused          int
	Problem                 string // what the other side last answered, in its words; "" when it took everything
	Tested                  time.Time
	Tests                   []ForwardTest
}

// ForwardTest is what came of one question to the other record store.
type ForwardTest struct {
	Good bool
	Says string
}

// NewForward is what one is made of.
type NewForward struct {
	Name, Endpoint, Key, Secret, Verb, Activity string
	Own, FromNow                                bool
}

type accessBody struct {
	Keys, Ended        []keyRow
	Forwards           []forwardRow
	NewKey, NewForward string
}

type keyRow struct{ Name, Href, Scopes, Used string }

type forwardRow struct {
	Name, Href string
	Word, Tone string
	Says       []string
	Problem    string // what the other side last answered, where that is a refusal
}

// access answers /admin/access: keys, then forwards.
func (s *site) access(v *visit) (answer, error) {
	q, err := v.query("ended", "removed")
	if err != nil {
		return answer{}, err
	}
	keys, err := s.Admin.Access.Keys(v.Context())
	if err != nil {
		return answer{}, fmt.Errorf("list the keys: %w", err)
	}
	forwards, err := s.Admin.Access.Forwards(v.Context())
	if err != nil {
		return answer{}, fmt.Errorf("list the forwards: %w", err)
	}
	b := accessBody{NewKey: v.to("admin/access/key"), NewForward: v.to("admin/access/forward")}
	for _, k := range keys {
		row := keyRow{Name: k.Name, Href: v.to("admin/access/keys/" + url.PathEscape(k.ID)), Scopes: v.keyScopes(k.Scopes), Used: v.keyUse(k)}
		if k.Ended.IsZero() {
			b.Keys = append(b.Keys, row)
		} else {
			b.Ended = append(b.Ended, row)
		}
	}
	for _, f := range forwards {
		word, tone, says := v.forwardState(f)
		b.Forwards = append(b.Forwards, forwardRow{f.Name, v.to("admin/access/forwards/" + url.PathEscape(f.ID)), word, tone, says, f.Problem})
	}
	p := s.adminPage(v, "adminaccess", v.say("access.title"), "access")
	switch {
	case q.Has("ended"):
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("access.key.endeddone")}}
	case q.Has("removed"):
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("access.remove.done")}}
	}
	p.Body = b
	return answer{page: p}, nil
}

// keyScopes says what scopes allow, in their order.
func (l locale) keyScopes(scopes []string) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = l.keyScope(s)
	}
	return strings.Join(words, ", ")
}

func (l locale) keyScope(scope string) string {
	return l.say("access.scope." + strings.ReplaceAll(scope, "/", "."))
}

// keyUse says when a key was last used, or when it ended.
func (l locale) keyUse(k Key) string {
	switch {
	case !k.Ended.IsZero():
		return l.say("access.key.endedon", "when", l.dateTime(k.Ended))
	case k.Used.IsZero():
		return l.say("access.key.unused")
	}
	return l.say("access.key.used", "when", l.moment(k.Used))
}

// adminRefused is a form of the administration that came back with errors.
func adminRefused(p *page, wrong *fieldErrors) (answer, error) {
	p.Problem, p.Errors = true, wrong.list
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// accessRoutes is for who runs Cairn alone: keys and forwards reach beyond one LMS.
func (s *site) accessRoutes(get, post mounter) {
	get("/admin/access", reader, operating(s.access))
	get("/admin/access/key", reader, operating(s.newKey))
	post("/admin/access/key", reader, operating(s.addKey))
	get("/admin/access/keys/{id}", reader, operating(s.key))
	post("/admin/access/keys/{id}/renew", reader, operating(s.renewKey))
	post("/admin/access/keys/{id}/end", reader, operating(s.endKey))
	get("/admin/access/forward", reader, operating(s.newForward))
	post("/admin/access/forward", reader, operating(s.addForward))
	get("/admin/access/forwards/{id}", reader, operating(s.forward))
	post("/admin/access/forwards/{id}/test", reader, operating(s.forwardDo("tested", s.testForward)))
	post("/admin/access/forwards/{id}/pause", reader, operating(s.forwardDo("paused", s.pauseForward)))
	post("/admin/access/forwards/{id}/resume", reader, operating(s.forwardDo("resumed", s.resumeForward)))
	post("/admin/access/forwards/{id}/from", reader, operating(s.catchUp))
	get("/admin/access/forwards/{id}/refused", reader, operating(s.refusedRecords))
	post("/admin/access/forwards/{id}/again", reader, operating(s.sendAgain))
	post("/admin/access/forwards/{id}/dismiss", reader, operating(s.dismissRefused))
	get("/admin/access/forwards/{id}/remove", reader, operating(s.askRemoveForward))
	post("/admin/access/forwards/{id}/remove", reader, operating(s.removeForward))
}
