package sqlstore

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

// trip is how a transaction travels to PostgreSQL: the steps whose answers are not needed yet wait, and go in one round trip with the
// next whose answer is; BEGIN goes with the first, COMMIT with the last. The server runs one step after the other, each sees what
// was committed before it began, and the first that fails keeps those behind it from running.
type trip struct {
	conn  *sqlx.Conn
	waits []step
}

// step is one statement of SQL.
type step struct {
	doing string // for its error; "" when the caller says it
	query string
	args  []any
	into  any // pointer to a slice of structs for the rows; nil when there are none to read
}

// stepsMost is how many steps wait at most.
const stepsMost = 100

// Later runs a statement whose answer nobody needs. On PostgreSQL it is sent with the next whose answer is needed, or with COMMIT, and
// its error is told then. On SQLite it runs at once.
func (t *Tx) Later(ctx context.Context, doing, query string, args ...any) error {
	if t.trip == nil {
		_, err := t.Exec(ctx, query, args...)
		return failed(doing, err)
	}
	return t.wait(ctx, step{doing: doing, query: query, args: args})
}

// Ask reads all rows into a slice of structs, which holds them after Send: so several questions take one trip.
func (t *Tx) Ask(ctx context.Context, doing string, into any, query string, args ...any) error {
	if t.trip == nil {
		return failed(doing, t.Select(ctx, into, query, args...))
	}
	return t.wait(ctx, step{doing: doing, query: query, args: args, into: into})
}

func (t *Tx) wait(ctx context.Context, s step) error {
	s.query = t.db.d.rebind(s.query)
	t.trip.waits = append(t.trip.waits, s)
	if len(t.trip.waits) < stepsMost {
		return nil
	}
	return t.Send(ctx)
}

// Send runs what waits.
func (t *Tx) Send(ctx context.Context) error {
	if t.trip == nil {
		return nil
	}
	if len(t.trip.waits) == 0 {
		return ctx.Err() // database/sql would call the connection bad
	}
	_, err := t.trip.send(ctx)
	return err
}

// travel is a transaction on PostgreSQL.
func (t *Tx) travel(ctx context.Context, f func(*Tx) error) error {
	conn, err := t.db.writer.Connx(ctx)
	if err != nil {
		return failed("begin", translate(err))
	}
	defer conn.Close() //nolint:errcheck // gives it back to the pool
	t.on, t.trip = conn, &trip{conn: conn, waits: []step{{doing: "begin", query: `BEGIN`}}}
	defer t.trip.abandon()
	if err := f(t); err != nil {
		return err
	}
	t.trip.waits = append(t.trip.waits, step{doing: "commit", query: `COMMIT`})
	return t.Send(ctx)
}

// send runs what waits, and answers how many rows the last step touched.
func (p *trip) send(ctx context.Context) (touched int64, err error) {
	steps := p.waits
	p.waits = nil
	err = p.raw(func(c *pgx.Conn) error {
		batch := &pgx.Batch{}
		for _, s := range steps {
			batch.Queue(s.query, s.args...)
		}
		answers := c.SendBatch(ctx, batch)
		for i := 0; i < len(steps) && err == nil; i++ {
			touched, err = steps[i].read(answers)
		}
		if end := answers.Close(); err == nil {
			err = translate(end)
		}
		return err
	})
	return touched, err
}

// read takes the answer to the step, and says how many rows it touched.
func (s step) read(answers pgx.BatchResults) (int64, error) {
	if s.into == nil {
		tag, err := answers.Exec()
		return tag.RowsAffected(), failed(s.doing, translate(err))
	}
	rows, err := answers.Query()
	if err == nil {
		err = sqlx.StructScan(scanned{rows}, s.into)
		rows.Close()
	}
	return 0, failed(s.doing, translate(err))
}

// failed says of an error what was being done.
func failed(doing string, err error) error {
	if err == nil || doing == "" {
		return err
	}
	return fmt.Errorf("sqlstore: %s: %w", doing, err)
}

// scanned is rows of the driver as sqlx reads them.
type scanned struct{ pgx.Rows }

func (r scanned) Close() error {
	r.Rows.Close()
	return r.Err()
}

func (r scanned) Columns() ([]string, error) {
	fields := r.FieldDescriptions()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names, nil
}

// abandonMost bounds the wait for a database that does not answer.
const abandonMost = 5 * time.Second

// abandon undoes what was not committed, also when the caller has gone: no connection goes back to the pool with a transaction, and
// the locks that it holds.
func (p *trip) abandon() {
	_ = p.raw(func(c *pgx.Conn) error {
		if c.PgConn().TxStatus() == 'I' {
			return nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), abandonMost)
		defer cancel()
		if _, err := c.Exec(ctx, `ROLLBACK`); err != nil {
			return driver.ErrBadConn // the pool closes it
		}
		return nil
	})
}

// raw calls f with the connection of the driver.
func (p *trip) raw(f func(*pgx.Conn) error) error {
	return p.conn.Raw(func(c any) error {
		conn := c.(*stdlib.Conn).Conn()
		if conn.IsClosed() {
			return translate(driver.ErrBadConn)
		}
		return f(conn)
	})
}
