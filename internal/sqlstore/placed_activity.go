package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"cairn/internal/web"
	"cairn/xapi"
)

// Activities keeps the activities that Cairn placed. It is web.Activities.
type Activities struct{ s *Store }

var _ web.Activities = Activities{}

// Activities answers the placed activities of this database.
func (s *Store) Activities() Activities { return Activities{s} }

// placedRow is a row of table placed_activity.
type placedRow struct {
	ID, Registration, Context, IRI, Title, Address, Completion, Records, Author string
	LeastSeconds                                                                int64 `db:"least_seconds"`
	Created, Opens, Closes, Framed                                              int64
}

const placedColumns = `id, registration, context, iri, title, address, completion, least_seconds, records, author, created, opens, closes, framed`

func (r placedRow) activity() web.PlacedActivity {
	return web.PlacedActivity{
		ID: r.ID, Registration: r.Registration, Context: r.Context, IRI: r.IRI, Title: r.Title, Address: r.Address,
		Completion: web.Completion(r.Completion), Least: time.Duration(r.LeastSeconds) * time.Second, Records: r.Records, Author: r.Author,
		CreatedAt: fromMicros(r.Created), Opens: fromMicros(r.Opens), Closes: fromMicros(r.Closes), Framed: r.Framed == 1,
	}
}

// Place is web.Activities.
func (a Activities) Place(ctx context.Context, p web.PlacedActivity) error {
	_, err := a.s.execOne(ctx, `INSERT INTO placed_activity (`+placedColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		p.ID, p.Registration, p.Context, p.IRI, strings.ReplaceAll(p.Title, "\x00", ""), p.Address, string(p.Completion), int64(p.Least/time.Second),
		p.Records, p.Author, micros(p.CreatedAt), micros(p.Opens), micros(p.Closes), *flag(&p.Framed))
	if err != nil {
		return fmt.Errorf("sqlstore: place an activity: %w", err)
	}
	return nil
}

// Activity is web.Activities.
func (a Activities) Activity(ctx context.Context, id string) (web.PlacedActivity, error) {
	var row placedRow
	err := a.s.Get(ctx, &row, `SELECT `+placedColumns+` FROM placed_activity WHERE id = ?`, id)
	if errors.Is(err, sql.ErrNoRows) {
		return web.PlacedActivity{}, web.ErrNotFound
	}
	if err != nil {
		return web.PlacedActivity{}, fmt.Errorf("sqlstore: read a placed activity: %w", err)
	}
	return row.activity(), nil
}

// OfCourse is web.Activities.
func (a Activities) OfCourse(ctx context.Context, c web.Course) ([]web.PlacedActivity, error) {
	var rows []placedRow
	err := a.s.Select(ctx, &rows, `SELECT `+placedColumns+` FROM placed_activity WHERE registration = ? AND context = ? ORDER BY title, id`,
		c.Registration, c.ID)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read the placed activities of a course: %w", err)
	}
	out := make([]web.PlacedActivity, len(rows))
	for i, r := range rows {
		out[i] = r.activity()
	}
	return out, nil
}

// Record is web.Activities. The log is locked last.
func (a Activities) Record(ctx context.Context, act web.Act) (pos int64, fresh bool, err error) {
	err = a.s.write(ctx, func(tx *Tx) error {
		if fresh, err = tx.noteAct(ctx, act); err != nil || !fresh {
			pos = 0
			return err
		}
		if act.Kind == web.ActCompleted {
			if err := tx.dueOfActivity(ctx, act.Activity, act.Account); err != nil {
				return err
			}
		}
		// It is written by Cairn, but not about progress: it counts as evidence like a statement from anywhere else.
		r := &request{batch: []xapi.Prepared{act.Statement}}
		if err := tx.admit(ctx, []*request{r}); err != nil || r.err != nil {
			return errors.Join(err, r.err)
		}
		return tx.Get(ctx, &pos, `SELECT pos FROM log_head`)
	})
	if err != nil {
		return 0, false, fmt.Errorf("sqlstore: record that an activity was %s: %w", act.Kind, err)
	}
	return pos, fresh, nil
}

// noteAct moves the attempt on, and says whether the act is new.
func (t *Tx) noteAct(ctx context.Context, act web.Act) (bool, error) {
	column := ""
	switch act.Kind {
	case web.ActOpened:
		column = "opened"
	case web.ActCompleted:
		column = "completed"
	default:
		return true, nil // each launch is told
	}
	if _, err := t.Exec(ctx, `INSERT INTO activity_attempt (activity, account, opened, completed) VALUES (?, ?, 0, 0)
		ON CONFLICT (activity, account) DO NOTHING`, act.Activity, act.Account); err != nil {
		return false, err
	}
	still := column + ` = 0`
	if act.Again {
		still = map[web.ActKind]string{web.ActOpened: `completed <> 0 AND opened <= completed`, web.ActCompleted: `completed <> 0 AND opened > completed`}[act.Kind]
	}
	n, err := affected(t.Exec(ctx, `UPDATE activity_attempt SET `+column+` = ? WHERE activity = ? AND account = ? AND `+still,
		micros(act.At), act.Activity, act.Account))
	return n == 1, err
}
