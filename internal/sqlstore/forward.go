package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cairn/internal/pipeline"
)

// Targets keeps where statements are forwarded to. It is pipeline.Targets.
type Targets struct{ *Store }

var _ pipeline.Targets = Targets{}

// Targets answers the targets of this database.
func (s *Store) Targets() Targets { return Targets{s} }

// Refusals of the methods that change targets and sources.
var (
	ErrRemoteName    = errors.New("sqlstore: there is one with this name already")
	ErrRemoteUnknown = errors.New("sqlstore: there is none with this name or id")
)

// TargetInfo is a target as the operator sees it.
type TargetInfo struct {
	pipeline.Target
	Created, Paused, LastSent time.Time // zero when it did not happen
	Due                       time.Time // when it is tried next, if it is behind
	Problem                   string    // of the last attempt, "" when it went well
	Sent, Dead                int64
	Lag                       int64         // positions of the log that it is behind
	Age                       time.Duration // how long ago the first of them was stored
}

type targetRow struct {
	ID, Name, Endpoint, Secret, Verb, Activity, Problem, Holder string
	AccessKey                                                   string `db:"access_key"`
	LeaseUntil                                                  int64  `db:"lease_until"`
	LastSent                                                    int64  `db:"last_sent"`
	Own, Created, Paused, Pos, Due, Sent                        int64
	Attempts                                                    int
	Dead, Head, First                                           int64
}

func (r targetRow) target() pipeline.Target {
	return pipeline.Target{
		ID: r.ID, Name: r.Name, Remote: pipeline.Remote{Endpoint: r.Endpoint, Key: r.AccessKey, Sealed: r.Secret}, Pos: r.Pos, Attempts: r.Attempts, Holder: r.Holder,
		Selection: pipeline.Selection{Verb: r.Verb, Activity: r.Activity, Own: r.Own == 1, NotBy: pipeline.SourceCredential(r.Endpoint)},
	}
}

func (r targetRow) info(now time.Time) TargetInfo {
	i := TargetInfo{Target: r.target(), Created: fromMicros(r.Created), Paused: fromMicros(r.Paused), LastSent: fromMicros(r.LastSent), Due: fromMicros(r.Due),
		Problem: r.Problem, Sent: r.Sent, Dead: r.Dead, Lag: r.Head - r.Pos}
	if r.First != 0 {
		i.Age = max(0, now.Sub(fromMicros(r.First)))
	}
	return i
}

// AddTarget keeps a target; id, name and Pos are the caller's. ErrRemoteName.
func (s *Store) AddTarget(ctx context.Context, t pipeline.Target) error {
	err := s.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO forward_target (id, name, endpoint, access_key, secret, verb, activity, own, created, paused, pos, due, attempts, problem,
			holder, lease_until, sent, last_sent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, '', '', 0, 0, 0)`,
			t.ID, t.Name, t.Endpoint, t.Key, t.Sealed, t.Selection.Verb, t.Selection.Activity, *flag(&t.Selection.Own), micros(tx.Now), t.Pos)
		return err
	})
	if errors.Is(err, errUnique) {
		return fmt.Errorf("%w: %s", ErrRemoteName, t.Name)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: keep a target: %w", err)
	}
	return nil
}

const targetColumns = `f.id, f.name, f.endpoint, f.access_key, f.secret, f.verb, f.activity, f.own, f.created, f.paused, f.pos, f.due, f.attempts, f.problem, f.holder, f.lease_until, f.sent, f.last_sent`

// ListTargets answers all, by name.
func (s *Store) ListTargets(ctx context.Context) ([]TargetInfo, error) {
	var rows []targetRow
	err := s.Select(ctx, &rows, `SELECT `+targetColumns+`, (SELECT pos FROM log_head) AS head, (SELECT COUNT(*) FROM forward_dead d WHERE d.target = f.id) AS dead,
		COALESCE((SELECT b.stored FROM statement b WHERE b.pos > f.pos ORDER BY b.pos LIMIT 1), 0) AS first
		FROM forward_target f ORDER BY f.name`)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: list targets: %w", err)
	}
	out, now := make([]TargetInfo, len(rows)), s.now()
	for i, r := range rows {
		out[i] = r.info(now)
	}
	return out, nil
}

// DeadInfo is a refusal as the operator sees it.
type DeadInfo struct {
	pipeline.Dead
	At time.Time
}

// DeadOf answers what a target refused for good, newest first.
func (s *Store) DeadOf(ctx context.Context, target string, limit int) ([]DeadInfo, error) {
	var rows []struct {
		Pos, At            int64
		Status             int
		Statement, Problem string
	}
	if err := s.Select(ctx, &rows, `SELECT pos, statement, status, problem, at FROM forward_dead WHERE target = ? ORDER BY pos DESC LIMIT ?`, target, limit); err != nil {
		return nil, fmt.Errorf("sqlstore: list what a target refused: %w", err)
	}
	out := make([]DeadInfo, len(rows))
	for i, r := range rows {
		out[i] = DeadInfo{pipeline.Dead{Pos: r.Pos, Statement: r.Statement, Status: r.Status, Problem: r.Problem}, fromMicros(r.At)}
	}
	return out, nil
}

// PauseTarget pauses a target, or has it go on at once. ErrRemoteUnknown.
func (s *Store) PauseTarget(ctx context.Context, id string, pause bool) error {
	at := int64(0)
	if pause {
		at = micros(s.now())
	}
	return s.changeRemote(ctx, `UPDATE forward_target SET paused = ?, due = 0, attempts = 0 WHERE id = ?`, at, id)
}

// SetTargetKey gives a target another key and its sealed secret, and has it go on at once. ErrRemoteUnknown.
func (s *Store) SetTargetKey(ctx context.Context, id, key, sealed string) error {
	return s.changeRemote(ctx, `UPDATE forward_target SET access_key = ?, secret = ?, due = 0, attempts = 0 WHERE id = ?`, key, sealed, id)
}

// RetryDead has a target sent once more what it refused: one statement by id, or all for "". It answers how many. Whoever serves
// sends them within seconds, or when the target goes on.
func (s *Store) RetryDead(ctx context.Context, target, statement string) (n int64, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE forward_target SET due = 0 WHERE id = ?`, target); err != nil { // locked first, as Settle does
			return err
		}
		n, err = affected(tx.Exec(ctx, `UPDATE forward_dead SET again = 1 WHERE target = ? AND (? = '' OR statement = ?)`, target, statement, statement))
		return err
	})
	return n, wrap(err, "send once more what was refused")
}

// DismissDead takes what a target refused off its list: one statement by id, or all for "". It answers how many. They stay in the log,
// and are not sent.
func (s *Store) DismissDead(ctx context.Context, target, statement string) (n int64, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE forward_target SET due = due WHERE id = ?`, target); err != nil { // locked first, as Settle does
			return err
		}
		n, err = affected(tx.Exec(ctx, `DELETE FROM forward_dead WHERE target = ? AND (? = '' OR statement = ?)`, target, statement, statement))
		return err
	})
	return n, wrap(err, "dismiss what was refused")
}

// Again is pipeline.Targets.
func (t Targets) Again(ctx context.Context, one pipeline.Target, limit int) ([]pipeline.Outgoing, error) {
	var rows []struct {
		Pos, Stored, Void int64
		ID                string
		Body              []byte
	}
	if err := t.Select(ctx, &rows, `SELECT s.pos, s.id, s.stored, s.void, s.body FROM forward_dead d JOIN statement s ON s.pos = d.pos
		WHERE d.target = ? AND d.again = 1 ORDER BY d.pos LIMIT ?`, one.ID, limit); err != nil {
		return nil, wrap(err, "read what is to be sent once more")
	}
	out := make([]pipeline.Outgoing, len(rows))
	for i, r := range rows {
		out[i] = pipeline.Outgoing{Pos: r.Pos, ID: r.ID, Stored: fromMicros(r.Stored), Voids: voidState(r.Void) != voidsNothing, JSON: r.Body}
	}
	return out, nil
}

// RemoveTarget removes a target and the list of what it refused. ErrRemoteUnknown.
func (s *Store) RemoveTarget(ctx context.Context, id string) error {
	return s.write(ctx, func(tx *Tx) error {
		n, err := affected(tx.Exec(ctx, `UPDATE forward_target SET holder = '' WHERE id = ?`, id)) // locked first, as Settle does
		if err == nil && n == 0 {
			return ErrRemoteUnknown
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM forward_dead WHERE target = ?`, id)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM forward_target WHERE id = ?`, id)
		}
		return wrap(err, "remove a target")
	})
}

func (s *Store) changeRemote(ctx context.Context, query string, args ...any) error {
	n, err := s.execOne(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("sqlstore: change a target or source: %w", err)
	}
	if n == 0 {
		return ErrRemoteUnknown
	}
	return nil
}

// Claim is pipeline.Targets. Mostly there is nothing to do, and a read says so.
func (t Targets) Claim(ctx context.Context, holder string, now, until time.Time, except []string) (pipeline.Target, bool, error) {
	var id string
	at := micros(now)
	free := `f.paused = 0 AND f.due <= ? AND f.lease_until <= ?`
	err := t.Get(ctx, &id, `SELECT f.id FROM forward_target f WHERE `+free+` AND (f.pos < (SELECT pos FROM log_head) OR EXISTS (SELECT 1 FROM forward_dead d WHERE d.target = f.id AND d.again = 1))
		AND NOT `+t.d.in("f.id")+` ORDER BY f.due, f.id LIMIT 1`,
		at, at, t.d.list(append([]string{}, except...)))
	if errors.Is(err, sql.ErrNoRows) {
		return pipeline.Target{}, false, nil
	}
	var n int64
	if err == nil {
		n, err = t.execOne(ctx, `UPDATE forward_target SET holder = ?, lease_until = ? WHERE id = ? AND paused = 0 AND due <= ? AND lease_until <= ?`,
			holder, micros(until), id, at, at)
	}
	if err != nil || n == 0 {
		return pipeline.Target{}, false, wrap(err, "claim a target")
	}
	var row targetRow
	if err := t.Get(ctx, &row, `SELECT `+targetColumns+` FROM forward_target f WHERE f.id = ?`, id); err != nil {
		return pipeline.Target{}, false, wrap(err, "read a target")
	}
	return row.target(), true, nil
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlstore: %s: %w", what, err)
}

// Keep is pipeline.Targets.
func (t Targets) Keep(ctx context.Context, one pipeline.Target, until time.Time) error {
	return t.held(ctx, `UPDATE forward_target SET lease_until = ? WHERE id = ? AND holder = ? AND paused = 0`, micros(until), one.ID, one.Holder)
}

// held changes a row that must be the holder's.
func (s *Store) held(ctx context.Context, query string, args ...any) error {
	n, err := s.execOne(ctx, query, args...)
	if err == nil && n == 0 {
		return pipeline.ErrLeaseLost
	}
	return wrap(err, "change what is leased")
}

// Settle is pipeline.Targets.
func (t Targets) Settle(ctx context.Context, one pipeline.Target, s pipeline.Settled) error {
	return t.write(ctx, func(tx *Tx) error {
		var was int64
		err := tx.Get(ctx, &was, `UPDATE forward_target SET pos = ?, sent = sent + ?, attempts = 0, problem = '', last_sent = CASE WHEN ? > 0 THEN ? ELSE last_sent END
			WHERE id = ? AND holder = ? RETURNING pos`, s.Pos, s.Sent, s.Sent, micros(tx.Now), one.ID, one.Holder)
		if errors.Is(err, sql.ErrNoRows) {
			return pipeline.ErrLeaseLost
		}
		if err != nil {
			return wrap(err, "move a target's position")
		}
		if len(s.Took) > 0 {
			if _, err := tx.Exec(ctx, `DELETE FROM forward_dead WHERE target = ? AND `+tx.db.d.inInts("pos"), one.ID, tx.db.d.list(s.Took)); err != nil {
				return wrap(err, "take what was refused from the list")
			}
		}
		var rows [][]any
		for _, d := range s.Dead {
			rows = append(rows, []any{one.ID, d.Pos, d.Statement, d.Status, d.Problem, micros(tx.Now)})
		}
		return tx.insertRows(ctx, `INSERT INTO forward_dead (target, pos, statement, status, problem, at)`, ` ON CONFLICT (target, pos)
			DO UPDATE SET status = excluded.status, problem = excluded.problem, at = excluded.at, again = 0`, rows)
	})
}

// Release is pipeline.Targets.
func (t Targets) Release(ctx context.Context, one pipeline.Target, next time.Time, problem string) error {
	set, args := `attempts = 0, problem = ''`, []any{}
	if problem != "" {
		set, args = `attempts = attempts + 1, problem = ?`, []any{problem}
	}
	return t.held(ctx, `UPDATE forward_target SET lease_until = 0, holder = '', due = ?, `+set+` WHERE id = ? AND holder = ?`,
		append(append([]any{micros(next)}, args...), one.ID, one.Holder)...)
}
