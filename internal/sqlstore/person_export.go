package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/internal/pipeline"
)

// PersonLine is one line of an export: what it is, and what is kept.
type PersonLine struct {
	Kind string `json:"kind"` // person, statement, attachment, roster, event, or the name of a table
	Data any    `json:"data"`
}

// ExportedStatement is a statement that names the person.
type ExportedStatement struct {
	Position  int64          `json:"position"`
	Voided    bool           `json:"voided,omitzero"`
	About     bool           `json:"about"` // false: it is about somebody else and only names the person
	Statement jsontext.Value `json:"statement"`
}

// ExportedData is the data of an attachment.
type ExportedData struct {
	Position int64  `json:"position"` // of its statement
	SHA2     string `json:"sha2"`
	Data     []byte `json:"data"` // base64
}

// ExportedEvent is an event of the log that names the person.
type ExportedEvent struct {
	Position int64          `json:"position"`
	Kind     string         `json:"event"`
	Body     jsontext.Value `json:"body"`
}

// ExportPerson tells everything that is kept about a person, line by line, as it stands at one moment. Tokens of sessions, hashed as
// they are, are left out.
func (s *Store) ExportPerson(ctx context.Context, p Person, line func(PersonLine) error) error {
	err := s.snapshot(ctx, func(r reader) error {
		x := personExport{Person: p, s: s, tx: r.(*Tx), line: line}
		if err := line(PersonLine{"person", p}); err != nil {
			return err
		}
		for _, step := range []func(context.Context) error{x.tables, x.rosters, x.events, x.statements} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "export a person")
}

type personExport struct {
	Person
	s    *Store
	tx   *Tx
	line func(PersonLine) error
}

// What an export leaves out, and what it writes as times.
var (
	secretColumns = []string{"session.hash", "document.hash", "document.owner"}
	timeColumns   = []string{"created", "expires", "updated", "event_time", "at", "since", "opened", "completed", "due", "owed_since", "last_at",
		"until", "withdrawn_at", "expires_at", "visited", "visited_before"}
)

func (x *personExport) tables(ctx context.Context) error {
	done := map[string]bool{}
	for _, of := range personTables {
		keys := x.keys(of.by)
		if done[of.table] || len(keys) == 0 {
			continue
		}
		done[of.table] = of.by == byLearner // sessions of a learner are those of the accounts too
		if err := x.table(ctx, of.table, `SELECT * FROM `+of.table+` WHERE `+x.s.d.in(of.column), x.s.d.list(keys)); err != nil {
			return err
		}
	}
	return nil
}

func (x *personExport) table(ctx context.Context, table, query string, args ...any) error {
	rows, err := x.tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err says all
	for rows.Next() {
		row := map[string]any{}
		if err := rows.MapScan(row); err != nil {
			return err
		}
		for _, secret := range secretColumns {
			if of, column, _ := strings.Cut(secret, "."); of == table {
				delete(row, column)
			}
		}
		for _, name := range timeColumns {
			if n, ok := row[name].(int64); ok && n > 0 {
				row[name] = fromMicros(n).Format(time.RFC3339Nano)
			}
		}
		if body, ok := row["body"].(string); ok && table == "session" {
			if row["body"], err = openSession(body); err != nil {
				return err
			}
		}
		if err := x.line(PersonLine{table, row}); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

// openSession is the body of a session without what lets into it.
func openSession(body string) (out map[string]any, err error) {
	err = json.Unmarshal([]byte(body), &out)
	delete(out, "Hash")
	delete(out, "Browser")
	return out, err
}

func (x *personExport) rosters(ctx context.Context) error {
	for _, a := range x.Accounts {
		rows, err := rostersOf(ctx, x.tx, a)
		if err != nil {
			return err
		}
		for _, row := range rows {
			_, entry, err := row.member(a.Subject)
			if err != nil {
				return err
			}
			if entry == nil {
				continue
			}
			if err := x.line(PersonLine{"roster", map[string]any{"registration": row.Registration, "context": row.Context, "member": entry}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *personExport) events(ctx context.Context) error {
	told := map[int64]bool{}
	for _, needle := range slices.Concat(x.Learners, x.accountIDs()) {
		rows, err := x.tx.eventsNaming(ctx, needle)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if told[row.Pos] {
				continue
			}
			told[row.Pos] = true
			if err := x.line(PersonLine{"event", ExportedEvent{row.Pos, row.Kind, jsontext.Value(row.Body)}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *personExport) statements(ctx context.Context) error {
	positions, err := x.positions(ctx, x.tx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(positions, eraseBatch) {
		var rows []struct {
			Pos       int64
			VoidedPos *int64 `db:"voided_pos"`
			Terms     string
			Body      []byte
		}
		if err := x.tx.Select(ctx, &rows, `SELECT pos, voided_pos, terms, body FROM statement WHERE `+x.s.d.inInts("pos")+` ORDER BY pos`, x.s.d.list(some)); err != nil {
			return err
		}
		for _, row := range rows {
			stands := (&erasing{Person: x.Person}).stands(parseLinks(row.Terms))
			if stands == standsNowhere {
				continue
			}
			if err := x.data(ctx, row.Pos, row.Body); err != nil {
				return err
			}
			if err := x.line(PersonLine{"statement", ExportedStatement{row.Pos, row.VoidedPos != nil, stands == standsInMiddle, jsontext.Value(row.Body)}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *personExport) data(ctx context.Context, pos int64, body []byte) error {
	if !(pipeline.Outgoing{JSON: body}).HasAttachments() {
		return nil
	}
	var all []struct {
		SHA2    string `db:"sha2"`
		Content []byte `db:"content"`
	}
	if err := x.tx.Select(ctx, &all, `SELECT l.sha2, a.content FROM statement_attachment l JOIN attachment a ON a.hash = l.hash WHERE l.pos = ? ORDER BY l.sha2`, pos); err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	for _, a := range all {
		if err := x.line(PersonLine{"attachment", ExportedData{pos, a.SHA2, a.Content}}); err != nil {
			return err
		}
	}
	return nil
}
