package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cairn/internal/pipeline"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// Sources keeps where statements are pulled from. It is pipeline.Sources.
type Sources struct{ s *Store }

var _ pipeline.Sources = Sources{}

// Sources answers the sources of this database.
func (s *Store) Sources() Sources { return Sources{s} }

// SourceInfo is a source as the operator sees it.
type SourceInfo struct {
	pipeline.Source
	Created, Paused, LastAsked time.Time // zero when it did not happen
	Due                        time.Time // when it is asked next
	Problem                    string    // of the last attempt, "" when it went well
	Stored, Refused            int64
	LastRefusal                string
}

type sourceRow struct {
	ID, Name, Endpoint, Secret, Verb, Activity, Problem, Holder string
	AccessKey                                                   string `db:"access_key"`
	LastRefusal                                                 string `db:"last_refusal"`
	LeaseUntil                                                  int64  `db:"lease_until"`
	LastAsked                                                   int64  `db:"last_asked"`
	Every, Created, Paused, Through, Due, Stored, Refused       int64
	Attempts                                                    int
}

const sourceColumns = `id, name, endpoint, access_key, secret, verb, activity, every, created, paused, through, due, attempts, problem, holder, lease_until,
	stored, refused, last_refusal, last_asked`

func (r sourceRow) source() pipeline.Source {
	return pipeline.Source{
		ID: r.ID, Name: r.Name, Remote: pipeline.Remote{Endpoint: r.Endpoint, Key: r.AccessKey, Sealed: r.Secret}, Verb: r.Verb, Activity: r.Activity,
		Every: time.Duration(r.Every) * time.Second, Through: fromMicros(r.Through), Attempts: r.Attempts, Holder: r.Holder,
	}
}

// AddSource keeps a source; id, name and Through are the caller's. ErrRemoteName.
func (s *Store) AddSource(ctx context.Context, n pipeline.Source) error {
	err := s.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO source (`+sourceColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, '', '', 0, 0, 0, '', 0)`,
			n.ID, n.Name, n.Endpoint, n.Key, n.Sealed, n.Verb, n.Activity, int64(n.Every/time.Second), micros(tx.Now), micros(n.Through))
		return err
	})
	if errors.Is(err, errUnique) {
		return fmt.Errorf("%w: %s", ErrRemoteName, n.Name)
	}
	return wrap(err, "keep a source")
}

// ListSources answers all, by name.
func (s *Store) ListSources(ctx context.Context) ([]SourceInfo, error) {
	var rows []sourceRow
	if err := s.Select(ctx, &rows, `SELECT `+sourceColumns+` FROM source ORDER BY name`); err != nil {
		return nil, wrap(err, "list sources")
	}
	out := make([]SourceInfo, len(rows))
	for i, r := range rows {
		out[i] = SourceInfo{Source: r.source(), Created: fromMicros(r.Created), Paused: fromMicros(r.Paused), LastAsked: fromMicros(r.LastAsked), Due: fromMicros(r.Due),
			Problem: r.Problem, Stored: r.Stored, Refused: r.Refused, LastRefusal: r.LastRefusal}
	}
	return out, nil
}

// PauseSource pauses a source, or has it go on at once. ErrRemoteUnknown.
func (s *Store) PauseSource(ctx context.Context, id string, pause bool) error {
	at := int64(0)
	if pause {
		at = micros(s.now())
	}
	return s.changeRemote(ctx, `UPDATE source SET paused = ?, due = 0, attempts = 0 WHERE id = ?`, at, id)
}

// SetSourceKey gives a source another key and its sealed secret, and has it go on at once. ErrRemoteUnknown.
func (s *Store) SetSourceKey(ctx context.Context, id, key, sealed string) error {
	return s.changeRemote(ctx, `UPDATE source SET access_key = ?, secret = ?, due = 0, attempts = 0 WHERE id = ?`, key, sealed, id)
}

// RemoveSource forgets a source; what was pulled from it stays. ErrRemoteUnknown.
func (s *Store) RemoveSource(ctx context.Context, id string) error {
	return s.changeRemote(ctx, `DELETE FROM source WHERE id = ?`, id)
}

// Claim is pipeline.Sources. Mostly none is due, and a read says so.
func (o Sources) Claim(ctx context.Context, holder string, now, until time.Time, except []string) (pipeline.Source, bool, error) {
	var id string
	at := micros(now)
	err := o.s.Get(ctx, &id, `SELECT id FROM source WHERE paused = 0 AND due <= ? AND lease_until <= ? AND NOT `+o.s.d.in("id")+` ORDER BY due, id LIMIT 1`,
		at, at, o.s.d.list(append([]string{}, except...)))
	if errors.Is(err, sql.ErrNoRows) {
		return pipeline.Source{}, false, nil
	}
	var n int64
	if err == nil {
		n, err = o.s.execOne(ctx, `UPDATE source SET holder = ?, lease_until = ?, last_asked = ? WHERE id = ? AND paused = 0 AND due <= ? AND lease_until <= ?`,
			holder, micros(until), at, id, at, at)
	}
	if err != nil || n == 0 {
		return pipeline.Source{}, false, wrap(err, "claim a source")
	}
	var row sourceRow
	if err := o.s.Get(ctx, &row, `SELECT `+sourceColumns+` FROM source WHERE id = ?`, id); err != nil {
		return pipeline.Source{}, false, wrap(err, "read a source")
	}
	return row.source(), true, nil
}

// Keep is pipeline.Sources.
func (o Sources) Keep(ctx context.Context, one pipeline.Source, until time.Time) error {
	return o.s.held(ctx, `UPDATE source SET lease_until = ? WHERE id = ? AND holder = ? AND paused = 0`, micros(until), one.ID, one.Holder)
}

// Take is pipeline.Sources.
func (o Sources) Take(ctx context.Context, one pipeline.Source, batch []xapi.Prepared) ([]pipeline.Added, error) {
	return o.s.AddEach(ctx, lrs.Credential{ID: pipeline.SourceCredential(one.Endpoint), Name: one.Name}, batch)
}

// Note is pipeline.Sources.
func (o Sources) Note(ctx context.Context, one pipeline.Source, p pipeline.Pulled) error {
	return o.s.held(ctx, `UPDATE source SET attempts = CASE WHEN ? > 0 OR ? > through THEN 0 ELSE attempts END, through = ?, stored = stored + ?, refused = refused + ?,
		last_refusal = CASE WHEN ? = 0 THEN last_refusal ELSE ? END WHERE id = ? AND holder = ?`,
		p.Stored, micros(p.Through), micros(p.Through), p.Stored, p.Refused, p.Refused, p.Refusal, one.ID, one.Holder)
}

// Release is pipeline.Sources.
func (o Sources) Release(ctx context.Context, one pipeline.Source, next time.Time, problem string) error {
	set, args := `attempts = 0, problem = ''`, []any{}
	if problem != "" {
		set, args = `attempts = attempts + 1, problem = ?`, []any{problem}
	}
	return o.s.held(ctx, `UPDATE source SET lease_until = 0, holder = '', due = ?, `+set+` WHERE id = ? AND holder = ?`,
		append(append([]any{micros(next)}, args...), one.ID, one.Holder)...)
}
