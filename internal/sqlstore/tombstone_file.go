package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/xapi"
)

// tombstonesFormat names the file, so that no other is taken for it.
const tombstonesFormat = "cairn tombstones 1"

// ErrTombstones says that a file does not hold tombstones.
var ErrTombstones = errors.New("sqlstore: this is no file of tombstones")

// Tombstones is who was erased, as keyed hashes with their keys, to be applied to a copy of the database that is older. It names
// nobody; but who has it can test whether somebody they know was erased, so it is to be kept like the database.
type Tombstones struct {
	Format string            `json:"format"`
	Keys   map[string]string `json:"keys"` // secrets by name
	People []Tombstone       `json:"people"`
}

// Tombstone is the hash of one identifier.
type Tombstone struct {
	Key    string    `json:"key"`
	Hash   string    `json:"hash"`
	Erased time.Time `json:"erased"`
}

// Tombstones answers all there are.
func (s *Store) Tombstones(ctx context.Context) (Tombstones, error) {
	out := Tombstones{Format: tombstonesFormat, Keys: map[string]string{}, People: []Tombstone{}}
	err := s.snapshot(ctx, func(r reader) error {
		left, err := readDeparted(ctx, r)
		if err != nil {
			return err
		}
		for _, k := range left.keys {
			out.Keys[fmt.Sprint(k.ID)] = k.Secret
		}
		var rows []tombstoneRow
		err = r.Select(ctx, &rows, `SELECT key_id, hash, erased FROM tombstone ORDER BY erased, key_id, hash`)
		for _, row := range rows {
			out.People = append(out.People, Tombstone{fmt.Sprint(row.Key), row.Hash, fromMicros(row.Erased)})
		}
		return err
	})
	return out, wrap(err, "read the tombstones")
}

// ApplyTombstones keeps tombstones of another copy of this database, and erases again who is in this one: what was stored or happened
// before their erasure. It answers how many people that were. It may be run again.
func (s *Store) ApplyTombstones(ctx context.Context, t Tombstones) (people int, total Erased, err error) {
	if t.Format != tombstonesFormat {
		return 0, total, ErrTombstones
	}
	if err := s.keepTombstones(ctx, t); err != nil {
		return 0, total, wrap(err, "keep tombstones")
	}
	for _, look := range []func(context.Context, reader, *departed) ([]*erasing, error){s.returnedAccounts, s.returnedAgents} {
		var found []*erasing
		err := s.snapshot(ctx, func(r reader) (err error) {
			found, err = look(ctx, r, s.departed.Load())
			return err
		})
		if err != nil {
			return people, total, wrap(err, "find who was erased")
		}
		for _, e := range found {
			if err := s.overwriting(ctx, func() error { return e.run(ctx, nil) }); err != nil {
				return people, total, wrap(err, "erase who was erased before")
			}
			people++
			total.add(e.result)
		}
	}
	return people, total, nil
}

func (s *Store) keepTombstones(ctx context.Context, t Tombstones) error {
	body, err := json.Marshal(pipeline.Erased{At: s.now(), Reason: "tombstones applied"})
	if err != nil {
		return err
	}
	err = s.write(ctx, func(tx *Tx) error {
		if _, err := tx.AppendEvent(ctx, pipeline.EntryErased, body); err != nil {
			return err
		}
		ids := map[string]int64{}
		for name, secret := range t.Keys {
			if ids[name], err = tx.tombstoneKey(ctx, secret); err != nil {
				return err
			}
		}
		var rows [][]any
		for _, p := range t.People {
			if ids[p.Key] == 0 {
				return fmt.Errorf("%w: the key %q is missing", ErrTombstones, p.Key)
			}
			rows = append(rows, []any{ids[p.Key], p.Hash, micros(p.Erased)})
		}
		rows = lastOf(rows, func(r []any) string { return fmt.Sprint(r[0], r[1]) })
		if err := tx.insertRows(ctx, `INSERT INTO tombstone (key_id, hash, erased)`, tombstoneAgain, rows); err != nil {
			return err
		}
		return tx.newGeneration(ctx)
	})
	if err != nil {
		return err
	}
	return s.refresh(ctx)
}

// tombstoneKey finds the key with a secret, or keeps it.
func (t *Tx) tombstoneKey(ctx context.Context, secret string) (id int64, err error) {
	if len(secret) < 32 {
		return 0, fmt.Errorf("%w: a key is too short", ErrTombstones)
	}
	if _, err := t.Exec(ctx, `INSERT INTO tombstone_key (id, secret) SELECT MAX(id) + 1, CAST(? AS TEXT) FROM tombstone_key WHERE true ON CONFLICT (secret) DO NOTHING`, secret); err != nil {
		return 0, err
	}
	return id, t.Get(ctx, &id, `SELECT id FROM tombstone_key WHERE secret = ?`, secret)
}

// returnedAccounts finds the people who have accounts again.
func (s *Store) returnedAccounts(ctx context.Context, r reader, left *departed) (out []*erasing, err error) {
	var accounts []PersonAccount
	if err := r.Select(ctx, &accounts, `SELECT id, learner, registration, issuer, subject, name, created FROM account ORDER BY created, id`); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, a := range accounts {
		at, ok := left.erased("learner|" + a.Learner)
		if !ok {
			at, ok = left.erased(accountKey(a.Issuer, a.Subject))
		}
		if !ok || known[a.Learner] || a.Created >= micros(at) { // who came later begins anew
			continue
		}
		known[a.Learner] = true
		p, err := s.person(ctx, r, WhoIs{Learner: a.Learner})
		if err != nil {
			return nil, err
		}
		out = append(out, &erasing{Person: p, store: s, before: at})
	}
	return out, nil
}

// returnedAgents finds agents of statements and documents that no account brought.
func (s *Store) returnedAgents(ctx context.Context, r reader, left *departed) (out []*erasing, err error) {
	var rows []termRow
	if err := r.Select(ctx, &rows, `SELECT id, kind, value, whole FROM term WHERE kind = ?`, int64(xapi.TermAgent)); err != nil {
		return nil, err
	}
	var agents []string
	if err := r.Select(ctx, &agents, `SELECT DISTINCT agent FROM document WHERE agent <> ''`); err != nil {
		return nil, err
	}
	for _, row := range rows {
		agents = append(agents, row.term().value)
	}
	slices.Sort(agents)
	for _, agent := range slices.Compact(agents) {
		at, ok := left.erased(agent)
		if !ok {
			continue
		}
		p := Person{Agents: []string{agent}}
		if err := p.findTerms(ctx, r, WhoIs{}); err != nil {
			return nil, err
		}
		out = append(out, &erasing{Person: p, store: s, before: at})
	}
	return out, nil
}

func (e *Erased) add(o Erased) {
	for into, n := range map[*int64]int64{
		&e.Statements: o.Statements, &e.Named: o.Named, &e.Documents: o.Documents, &e.Evidence: o.Evidence, &e.Progress: o.Progress,
		&e.Transitions: o.Transitions, &e.Tracks: o.Tracks, &e.Events: o.Events, &e.Sessions: o.Sessions, &e.Deliveries: o.Deliveries,
		&e.Attempts: o.Attempts, &e.Memberships: o.Memberships, &e.Rosters: o.Rosters, &e.Accounts: o.Accounts,
	} {
		*into += n
	}
	e.Replay = e.Replay || o.Replay
}
