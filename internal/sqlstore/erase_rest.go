package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/lti"
)

// personTables is where else people are kept, in the order in which rows are removed: the table, the column that says whose a row is,
// and by what. Tables that name people in another way have a function of their own (erase_event.go, eraseRosters). A test holds that
// every column that names people is known here.
var personTables = []struct {
	table, column string
	by            personKey
	count         func(*Erased) *int64 // nil when it is not told
}{
	{"session", "learner", byLearner, func(e *Erased) *int64 { return &e.Sessions }},
	{"session", "account", byAccount, func(e *Erased) *int64 { return &e.Sessions }},
	{"delivery", "account", byAccount, func(e *Erased) *int64 { return &e.Deliveries }},
	{"activity_attempt", "account", byAccount, func(e *Erased) *int64 { return &e.Attempts }},
	{"membership", "account", byAccount, func(e *Erased) *int64 { return &e.Memberships }},
	{"document", "agent", byDocumentAgent, func(e *Erased) *int64 { return &e.Documents }},
	{"evidence", "learner", byLearner, func(e *Erased) *int64 { return &e.Evidence }},
	{"progress", "learner", byLearner, func(e *Erased) *int64 { return &e.Progress }},
	{"transition", "learner", byLearner, func(e *Erased) *int64 { return &e.Transitions }},
	{"rating", "learner", byLearner, func(e *Erased) *int64 { return &e.Tracks }},
	{"rating", "about", byLearner, func(e *Erased) *int64 { return &e.Tracks }}, // the fold may not have come to a move yet
	{"endorsement", "about", byLearner, func(e *Erased) *int64 { return &e.Tracks }},
	{"endorsement", "learner", byLearner, func(e *Erased) *int64 { return &e.Tracks }},
	{"draft", "account", byAccount, nil},
	{"preference", "owner", byLearner, nil},
	{"role_choice", "learner", byLearner, nil},
	{"agent_link", "learner", byLearner, nil},
	{"agent_link", "account", byAccount, nil},
	{"belonging", "home", byLearner, nil},
	{"belonging", "learner", byLearner, nil},
	{"join_code", "account", byAccount, nil},
	{"join_try", "account", byAccount, nil},
	{"account_link", "account", byAccount, nil},
	{"account_claim", "account", byAccount, nil},
	{"account", "id", byAccount, func(e *Erased) *int64 { return &e.Accounts }},
	{"learner", "id", byLearner, nil},
}

// personKey is by what a row is known to be somebody's.
type personKey int

const (
	byLearner personKey = iota
	byAccount
	byDocumentAgent
)

func (p *Person) keys(by personKey) []string {
	switch by {
	case byLearner:
		return append([]string{}, p.Learners...)
	case byAccount:
		return p.accountIDs()
	}
	return p.documentAgents()
}

// rest takes away everything but the statements, in one transaction. The projector's lease is taken from its holder, and a new
// generation begins, so that it reads anew whose records are whose, also when it has the lease again by then (checkThere).
func (e *erasing) rest(ctx context.Context) error {
	var counted Erased
	replay := false
	err := e.store.write(ctx, func(tx *Tx) error {
		counted, replay = e.result, false
		if _, _, err := tx.beginRemoval(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE projection_cursor SET holder = '', lease_until = 0`); err != nil {
			return fmt.Errorf("take the projector's lease: %w", err)
		}
		if err := tx.newGeneration(ctx); err != nil {
			return err
		}
		events := eventErasure{tx: tx, Person: &e.Person, count: &counted.Events}
		for _, step := range []func(context.Context) error{
			events.run, func(ctx context.Context) error { return tx.eraseRosters(ctx, &e.Person, &counted.Rosters) },
			func(ctx context.Context) error { return tx.eraseRows(ctx, &e.Person, &counted) }, tx.dropIdleCheckpoints,
		} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		if replay = events.others; replay {
			return tx.reset(ctx)
		}
		return nil
	})
	counted.Replay = counted.Replay || replay
	if err == nil {
		e.result = counted
	}
	return err
}

func (t *Tx) eraseRows(ctx context.Context, p *Person, counted *Erased) error {
	for _, of := range personTables {
		n, err := affected(t.Exec(ctx, `DELETE FROM `+of.table+` WHERE `+t.db.d.in(of.column), t.db.d.list(p.keys(of.by))))
		if err != nil {
			return fmt.Errorf("erase from %s: %w", of.table, err)
		}
		if of.count != nil {
			*of.count(counted) += n
		}
	}
	return nil
}

// dropIdleCheckpoints drops the voids whose targets are gone: they do nothing any more. Of those at which somebody's evidence ended, the
// time stays.
func (t *Tx) dropIdleCheckpoints(ctx context.Context) error {
	const idle = ` WHERE void = ? AND actor = 0 AND NOT EXISTS (SELECT 1 FROM statement s WHERE s.id = checkpoint.refers_to)
		AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.id = checkpoint.refers_to)`
	for _, query := range []string{
		tickOnly + idle + ` AND EXISTS (SELECT 1 FROM transition x WHERE x.pos = checkpoint.pos AND x.cause = 'expiry')`,
		`DELETE FROM checkpoint` + idle,
	} {
		if _, err := t.Exec(ctx, query, int64(voidDone)); err != nil {
			return fmt.Errorf("drop voids of what is gone: %w", err)
		}
	}
	return nil
}

// rosterRow is a row of table roster.
type rosterRow struct{ Registration, Context, Body string }

// rostersOf reads the rosters of an account's platform.
func rostersOf(ctx context.Context, r reader, a PersonAccount) ([]rosterRow, error) {
	var rows []rosterRow
	err := r.Select(ctx, &rows, `SELECT registration, context, body FROM roster WHERE registration IN (SELECT id FROM registration WHERE issuer = ?)`, a.Issuer)
	return rows, wrap(err, "read rosters")
}

// member takes somebody out of a roster and answers their entry.
func (r rosterRow) member(subject string) (out lti.Roster, entry *lti.Member, err error) {
	if err := json.Unmarshal([]byte(r.Body), &out); err != nil {
		return out, nil, fmt.Errorf("sqlstore: read a roster: %w", err)
	}
	i := slices.IndexFunc(out.Members, func(m lti.Member) bool { return m.UserID == subject })
	if i < 0 {
		return out, nil, nil
	}
	m := out.Members[i]
	out.Members = slices.Delete(out.Members, i, i+1)
	return out, &m, nil
}

// eraseRosters takes the person out of the rosters kept. The platform tells them again for as long as it lists them.
func (t *Tx) eraseRosters(ctx context.Context, p *Person, count *int64) error {
	for _, a := range p.Accounts {
		rows, err := rostersOf(ctx, t, a)
		if err != nil {
			return err
		}
		for _, row := range rows {
			rest, entry, err := row.member(a.Subject)
			if err != nil || entry == nil {
				if err != nil {
					return err
				}
				continue
			}
			body, err := json.Marshal(rest, json.Deterministic(true), json.OmitZeroStructFields(true))
			if err != nil {
				return fmt.Errorf("write a roster: %w", err)
			}
			if _, err := t.Exec(ctx, `UPDATE roster SET body = ? WHERE registration = ? AND context = ?`, string(body), row.Registration, row.Context); err != nil {
				return fmt.Errorf("erase from a roster: %w", err)
			}
			*count++
		}
	}
	return nil
}
