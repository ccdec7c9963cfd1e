package lrs

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cairn/xapi"
)

// errLimited says what a limit of the credential rules out. It names no limit: the operator knows it, a finder of the key need not.
var errLimited = refusal(http.StatusForbidden, "credential_limited",
	"the credential is limited to the people of one home page or to the activities under one address, and this is outside of it")

// narrow says whether there is a limit of people or activities.
func (l Limits) narrow() bool { return l.HomePage != "" || l.Activity != "" }

// sender is who stores statements: a limited credential voids only what it stored itself, also when it has every scope.
func (r *request) sender() Credential {
	c := r.credential
	if c.Limits.narrow() {
		c.Scopes = slices.DeleteFunc(slices.Clone(c.Scopes), func(s Scope) bool { return s == ScopeAll })
	}
	return c
}

// allowsAgent judges an agent key.
func (l Limits) allowsAgent(key string) bool {
	return l.HomePage == "" || strings.HasPrefix(key, xapi.AccountAgent(l.HomePage, "").Key())
}

// AllowsActivity judges an activity: it is the limit itself, or what goes on from it at a boundary.
func (l Limits) AllowsActivity(id string) bool {
	rest, under := strings.CutPrefix(id, l.Activity)
	return l.Activity == "" || under && (rest == "" || isBoundary(rest[0]) || isBoundary(l.Activity[len(l.Activity)-1]))
}

func isBoundary(c byte) bool { return strings.IndexByte("/?#&", c) >= 0 }

// limitedRoles are the places of activities that say what a statement is about.
var limitedRoles = []xapi.Role{xapi.RoleObject, xapi.RoleParent, xapi.RoleGrouping, xapi.RoleSubActivity}

// statement judges what is written: every actor must be within the limit, and one of the activities the statement is about. A
// statement about a statement is judged by its actor: what it refers to may not be there yet.
func (l Limits) statement(p *xapi.Prepared) error {
	about := l.Activity == "" || p.RefersTo != ""
	for _, t := range p.Terms {
		if t.Role == xapi.RoleActor && !l.allowsAgent(t.Value) {
			return errLimited
		}
		about = about || slices.Contains(limitedRoles, t.Role) && l.AllowsActivity(t.Value)
	}
	if !about || l.HomePage != "" && p.First(xapi.RoleActor) == "" {
		return errLimited
	}
	return nil
}

// document judges a key. A document that has no agent is about everybody, and one that has no activity about all of them.
func (l Limits) document(key DocumentKey) error {
	if !l.allowsAgent(key.Agent) || !l.AllowsActivity(key.Activity) {
		return errLimited
	}
	return nil
}

// rates counts requests of limited credentials, in this process. Only credentials that exist come here, so it stays small.
type rates struct {
	mu    sync.Mutex
	known map[string]bucket
}

// bucket is what a credential has left at a time.
type bucket struct {
	left float64
	at   time.Time
}

// take takes one request of a bucket that holds a minute's and fills evenly. It answers how long to wait when it is empty.
func (r *rates) take(id string, perMinute int, now time.Time) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	most, each := float64(perMinute), time.Minute.Seconds()/float64(perMinute)
	b, ok := r.known[id]
	if !ok {
		b = bucket{most, now}
	}
	b.left = min(most, b.left+max(0, now.Sub(b.at).Seconds())/each)
	b.at = now
	if b.left >= 1 {
		b.left--
	} else {
		wait = time.Duration((1 - b.left) * each * float64(time.Second))
	}
	if r.known == nil {
		r.known = map[string]bucket{}
	}
	r.known[id] = b
	return wait
}

// LimitRate refuses a credential that asks more often than it may, and says in the head of the answer when to come again. *Refusal.
func (d *Door) LimitRate(head http.Header, c Credential) error {
	most := c.Limits.PerMinute
	if most <= 0 {
		return nil
	}
	return refuseRate(head, d.rates.take(c.ID, most, d.now()), most, "requests")
}

// limitTokens refuses a credential that asks for tokens over and over. It comes after the check of its secret, so that nobody else
// can use up what it has.
func (h *handler) limitTokens(w http.ResponseWriter, r *request) error {
	if err := h.Door.LimitRate(w.Header(), r.credential); err != nil {
		return err
	}
	return refuseRate(w.Header(), h.tokens.take(r.credential.ID, tokensPerMinute, h.Now()), tokensPerMinute, "requests for tokens")
}

func refuseRate(head http.Header, wait time.Duration, most int, what string) error {
	if wait <= 0 {
		return nil
	}
	head.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return refusal(http.StatusTooManyRequests, "rate_limited",
		"this credential may make %d %s a minute; nothing of this request was done, send it again after the seconds of Retry-After", most, what)
}
