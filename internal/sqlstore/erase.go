package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
)

// ErrReasonNames says that the reason for an erasure names somebody: it stays in the log.
var ErrReasonNames = errors.New("sqlstore: the reason may not name the person, nor hold an address or identifier of anybody, for it stays in the log")

// addressed finds what identifies people, known here or not: addresses, UUIDs, hashes, long numbers.
var addressed = regexp.MustCompile(`@|://|(?i)mailto:|[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}|[0-9]{9}`)

// Erased is what an erasure took away, by kind.
type Erased struct {
	Statements  int64 `json:"statements"`  // removed whole
	Named       int64 `json:"named"`       // of others, in which nobody stands in the person's place now
	Documents   int64 `json:"documents"`   // state and agent profile
	Evidence    int64 `json:"evidence"`    // with checkpoints of statements that were purged before
	Progress    int64 `json:"progress"`    // capabilities
	Transitions int64 `json:"transitions"` // the history of them
	Tracks      int64 `json:"tracks"`      // own ratings and endorsements
	Events      int64 `json:"events"`      // of the log, emptied
	Sessions    int64 `json:"sessions"`
	Deliveries  int64 `json:"deliveries"`
	Attempts    int64 `json:"attempts"` // at placed activities
	Memberships int64 `json:"memberships"`
	Rosters     int64 `json:"rosters"` // that listed them
	Accounts    int64 `json:"accounts"`
	// Replay says that records of others rested on what was erased: the projection is being folded anew.
	Replay bool `json:"replay"`
}

// erasing is an erasure under way.
type erasing struct {
	Person
	store  *Store
	before time.Time // what was stored or happened before it goes
	result Erased
}

// eraseBatch is how many statements one transaction takes away: others write between.
const eraseBatch = 250

// Erase takes everything about a person out of the store and leaves a tombstone (settled question 15). First the tombstone is
// written and the log says that somebody was erased; then statements go, some at a time; last, in one transaction, everything
// else. It may be run again when it was interrupted. ErrReasonNames. shown is told how many statements were looked at; may be nil.
func (s *Store) Erase(ctx context.Context, p Person, reason string, shown func(done, total int64)) (Erased, error) {
	if p.namedIn(reason) || addressed.MatchString(reason) {
		return Erased{}, ErrReasonNames
	}
	e := &erasing{Person: p, store: s, before: s.now()}
	if err := e.mark(ctx, reason); err != nil {
		return e.result, fmt.Errorf("sqlstore: erase a person: %w", err)
	}
	err := s.overwriting(ctx, func() error { return e.run(ctx, shown) })
	return e.result, wrap(err, "erase a person")
}

// overwriting has what f deletes overwritten in the file. What was deleted before is not: see Compact.
func (s *Store) overwriting(ctx context.Context, f func() error) error {
	if err := s.secureDelete(ctx, true); err != nil {
		return err
	}
	return errors.Join(f(), s.secureDelete(ctx, false))
}

// namedIn looks for names and identifiers that are long enough not to be found in any sentence.
func (p *Person) namedIn(reason string) bool {
	words := slices.Concat(p.Agents, p.Learners, p.accountIDs())
	for _, a := range p.Accounts {
		words = append(words, a.Name, a.Subject)
	}
	for _, agent := range p.Agents {
		_, last, _ := strings.Cut(agent, "|mailto:")
		words = append(words, last)
	}
	return slices.ContainsFunc(words, func(w string) bool {
		return len(w) > 3 && strings.Contains(strings.ToLower(reason), strings.ToLower(w))
	})
}

// mark writes the tombstone and the event, before anything goes: what arrives from now on is dropped.
func (e *erasing) mark(ctx context.Context, reason string) error {
	body, err := json.Marshal(pipeline.Erased{At: e.before, Reason: reason})
	if err != nil {
		return err
	}
	err = e.store.write(ctx, func(tx *Tx) error {
		if _, err := tx.AppendEvent(ctx, pipeline.EntryErased, body); err != nil {
			return err
		}
		key := e.store.departed.Load().keys[0]
		var rows [][]any
		for _, identifier := range e.identifiers() {
			rows = append(rows, []any{key.ID, key.hash(identifier), micros(e.before)})
		}
		if err := tx.insertRows(ctx, `INSERT INTO tombstone (key_id, hash, erased)`, tombstoneAgain, rows); err != nil {
			return err
		}
		return tx.newGeneration(ctx)
	})
	if err != nil {
		return err
	}
	return e.store.refresh(ctx)
}

// tombstoneAgain keeps the later of two erasures.
const tombstoneAgain = ` ON CONFLICT (key_id, hash) DO UPDATE SET erased = excluded.erased WHERE tombstone.erased < excluded.erased`

func (e *erasing) run(ctx context.Context, shown func(done, total int64)) error {
	positions, err := e.positions(ctx, e.store)
	if err != nil {
		return err
	}
	done, total := int64(0), int64(len(positions))
	for some := range slices.Chunk(positions, eraseBatch) {
		if err := e.statements(ctx, some); err != nil {
			return err
		}
		if done += int64(len(some)); shown != nil {
			shown(done, total)
		}
	}
	if err := e.rest(ctx); err != nil {
		return err
	}
	return e.store.refresh(ctx)
}

// statements takes away those at the positions, in one transaction.
func (e *erasing) statements(ctx context.Context, positions []int64) error {
	var part *erasingPart
	err := e.store.write(ctx, func(tx *Tx) error {
		part = &erasingPart{erasing: e, tx: tx, loose: map[int64]bool{}}
		return part.run(ctx, positions)
	})
	if err != nil {
		return err
	}
	r := &e.result
	r.Statements, r.Named, r.Evidence, r.Replay = r.Statements+part.removed, r.Named+part.named, r.Evidence+part.checkpoints, r.Replay || part.replay
	return e.store.refresh(ctx)
}
