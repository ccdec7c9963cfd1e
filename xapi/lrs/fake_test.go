package lrs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// fake keeps statements in memory and does what lrs.Statements promises.
type fake struct {
	mu   sync.Mutex
	rows []row
	now  time.Time
	down bool // every call fails

	documents map[lrs.DocumentKey]lrs.Document
	limits    lrs.Limits  // of the key "limited"
	mark      string      // of every credential
	until     time.Time   // of the secret that is sent
	held      []lrs.Scope // of every credential, when it is set
}

type row struct {
	lrs.Stored
	by       string
	prepared xapi.Prepared
	voided   bool
}

var errDown = errors.New("fake: the database is closed")

func (f *fake) Add(_ context.Context, by lrs.Credential, batch []xapi.Prepared) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return errDown
	}
	rows := slices.Clone(f.rows)
	f.now = f.now.Add(time.Microsecond)
	for _, p := range batch {
		if i := find(rows, p.ID); i >= 0 {
			if !equal(rows[i], p) {
				return &lrs.ConflictError{ID: p.ID}
			}
			continue
		}
		if i := find(rows, p.Voids); i >= 0 && rows[i].by != by.ID && !slices.Contains(by.Scopes, lrs.ScopeAll) {
			return lrs.ErrVoidForbidden
		}
		rows = append(rows, row{Stored: lrs.Stored{Pos: int64(len(rows) + 1), ID: p.ID, Stored: f.now, JSON: p.JSON(f.now)}, by: by.ID, prepared: p})
		markVoids(rows)
	}
	f.rows = rows
	return nil
}

func find(rows []row, id string) int {
	return slices.IndexFunc(rows, func(r row) bool { return id != "" && r.ID == id })
}

// markVoids voids what a statement voids, unless that is a voiding statement itself.
func markVoids(rows []row) {
	for _, r := range rows {
		if i := find(rows, r.prepared.Voids); i >= 0 && rows[i].prepared.Voids == "" {
			rows[i].voided = true
		}
	}
}

func (f *fake) Statement(_ context.Context, id string, voided bool) (lrs.Stored, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return lrs.Stored{}, errDown
	}
	if i := find(f.rows, id); i >= 0 && f.rows[i].voided == voided {
		return f.rows[i].Stored, nil
	}
	return lrs.Stored{}, lrs.ErrNotFound
}

func (f *fake) Query(_ context.Context, q lrs.Query) (lrs.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return lrs.Page{}, errDown
	}
	if q.UpTo == 0 {
		q.UpTo = int64(len(f.rows))
	}
	rows := slices.Clone(f.rows)
	if !q.Ascending {
		slices.Reverse(rows)
	}
	page := lrs.Page{UpTo: q.UpTo}
	for _, r := range rows {
		if r.voided || r.Pos > q.UpTo || q.After != 0 && (r.Pos <= q.After) == q.Ascending || r.Pos == q.After || !matches(r, q) {
			continue
		}
		if len(page.Statements) == q.Limit {
			page.Next = page.Statements[q.Limit-1].Pos
			break
		}
		page.Statements = append(page.Statements, r.Stored)
	}
	return page, nil
}

func matches(r row, q lrs.Query) bool {
	has := func(kind xapi.TermKind, value string, related bool, roles ...xapi.Role) bool {
		return value == "" || slices.ContainsFunc(r.prepared.Terms, func(t xapi.Term) bool {
			return t.Value == value && t.Role.Kind() == kind && (related || slices.Contains(roles, t.Role))
		})
	}
	return has(xapi.TermAgent, q.Agent, q.RelatedAgents, xapi.RoleActor, xapi.RoleObjectAgent) &&
		has(xapi.TermVerb, q.Verb, false, xapi.RoleVerb) &&
		has(xapi.TermActivity, q.Activity, q.RelatedActivities, xapi.RoleObject) &&
		has(xapi.TermRegistration, q.Registration, false, xapi.RoleRegistration) &&
		(q.Since.IsZero() || r.Stored.Stored.After(q.Since)) && (q.Until.IsZero() || !r.Stored.Stored.After(q.Until)) &&
		(q.Mine == "" || q.Mine == r.by)
}

func (f *fake) Through(context.Context) (lrs.Reach, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return lrs.Reach{}, errDown
	}
	return lrs.Reach{Stored: f.now, Pos: int64(len(f.rows))}, nil
}

// Check knows the keys of scopes: key "write" has only that scope, "only=SCOPE" any one; the secret is the key with "-secret".
func (f *fake) Check(_ context.Context, key, secret string) (lrs.Credential, error) {
	scopes, ok := map[string][]lrs.Scope{
		"all":     {lrs.ScopeAll},
		"write":   {lrs.ScopeWrite},
		"mine":    {lrs.ScopeWrite, lrs.ScopeReadMine},
		"read":    {lrs.ScopeRead},
		"state":   {lrs.ScopeState},
		"define":  {lrs.ScopeWrite, lrs.ScopeDefine},
		"limited": {lrs.ScopeAll},
		"prof":    {lrs.ScopeProfile},
		"aread":   {lrs.ScopeAllRead},
		"none":    {},
	}[key]
	if scope, only := strings.CutPrefix(key, "only="); only {
		scopes, ok = []lrs.Scope{lrs.Scope(scope)}, true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !ok || secret != key+"-secret" {
		return lrs.Credential{}, lrs.ErrNotFound
	}
	if f.held != nil {
		scopes = f.held
	}
	c := lrs.Credential{ID: key, Name: strings.ToUpper(key), Scopes: scopes, Mark: f.mark, Until: f.until}
	if key == "limited" {
		c.Limits = f.limits
	}
	return c, nil
}

// Bearer is Check for who holds a token.
func (f *fake) Bearer(ctx context.Context, key, mark string) (lrs.Credential, error) {
	c, err := f.Check(ctx, key, key+"-secret")
	if err == nil && c.Mark != mark {
		err = lrs.ErrNotFound
	}
	return c, err
}

// rotate gives every credential another secret.
func (f *fake) rotate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mark += "x"
}
