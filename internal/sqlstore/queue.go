package sqlstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// queue is the group commit of SQLite, which has one writer: what waits while a transaction commits shares the next one, and
// each caller is answered after the commit that holds its writes.
type queue struct {
	db   *DB
	jobs chan *job
	stop chan struct{}
	done chan struct{}
	once sync.Once
}

// groupMost bounds how many writes share one transaction, so that the first does not wait long for the last.
const groupMost = 128

// job is one write that waits.
type job struct {
	f     func(*Tx) error
	ctx   context.Context
	state atomic.Int32 // jobWaits, jobTaken or jobLeft
	err   error
	panic any
	after []func()
	done  chan struct{}
}

const (
	jobWaits int32 = iota
	jobTaken
	jobLeft // its caller went away before it was taken
)

func newQueue(db *DB) *queue {
	q := &queue{db: db, jobs: make(chan *job, groupMost), stop: make(chan struct{}), done: make(chan struct{})}
	go q.loop()
	return q
}

// close answers the writes that wait, and refuses new ones.
func (q *queue) close() {
	q.once.Do(func() { close(q.stop) })
	<-q.done
}

// run hands f to the writer and waits for its commit. A caller that goes away after its turn came is still told how it ended.
func (q *queue) run(ctx context.Context, f func(*Tx) error) error {
	j := &job{f: f, ctx: ctx, done: make(chan struct{})}
	select {
	case <-q.stop:
		return fmt.Errorf("%w: %w", ErrUnavailable, errPoolClosed)
	case <-ctx.Done():
		return ctx.Err()
	case q.jobs <- j:
	}
	select {
	case <-j.done:
	case <-q.done:
		if j.state.CompareAndSwap(jobWaits, jobLeft) {
			return fmt.Errorf("%w: %w", ErrUnavailable, errPoolClosed)
		}
		<-j.done
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaits, jobLeft) {
			return ctx.Err()
		}
		<-j.done
	}
	if j.panic != nil {
		panic(j.panic)
	}
	return j.err
}

func (q *queue) loop() {
	defer close(q.done)
	for {
		select {
		case j := <-q.jobs:
			q.commit(q.take(j))
		case <-q.stop:
			for {
				select {
				case j := <-q.jobs:
					q.commit(q.take(j))
				default:
					return
				}
			}
		}
	}
}

// take gathers the first write and those that wait behind it.
func (q *queue) take(first *job) []*job {
	group := make([]*job, 0, 8)
	for j := first; ; {
		if j.state.CompareAndSwap(jobWaits, jobTaken) {
			group = append(group, j)
		}
		if len(group) == groupMost {
			return group
		}
		select {
		case j = <-q.jobs:
		default:
			return group
		}
	}
}

// commit writes the group and answers every caller. When the group as a whole fails, each is written alone, so that one does
// not take the others with it.
func (q *queue) commit(group []*job) {
	if len(group) == 0 {
		return
	}
	if len(group) == 1 || q.together(group) != nil {
		for _, j := range group {
			j.err, j.after = q.alone(j), nil
		}
	}
	for _, j := range group {
		for _, f := range j.after {
			f()
		}
		close(j.done)
	}
}

// alone writes one job in a transaction of its own.
func (q *queue) alone(j *job) error {
	return q.db.writeOnce(context.WithoutCancel(j.ctx), j.call)
}

// together writes the group in one transaction, each behind a savepoint. An error means that nothing was written.
func (q *queue) together(group []*job) error {
	ctx := context.Background()
	tx, err := q.db.writer.BeginTxx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	now := q.db.now()
	for _, j := range group {
		t := &Tx{tx: tx, db: q.db, Now: now}
		if _, err := tx.ExecContext(ctx, `SAVEPOINT j`); err != nil {
			return translate(err)
		}
		if j.err = j.call(t); j.err != nil || j.panic != nil {
			if _, err := tx.ExecContext(ctx, `ROLLBACK TO j`); err != nil {
				return translate(err)
			}
		} else {
			j.after = t.after
		}
		if _, err := tx.ExecContext(ctx, `RELEASE j`); err != nil {
			return translate(err)
		}
	}
	return translate(tx.Commit())
}

// call runs f, and keeps a panic for the caller's goroutine.
func (j *job) call(t *Tx) (err error) {
	j.panic = nil
	defer func() {
		if j.panic = recover(); j.panic != nil {
			err = fmt.Errorf("sqlstore: a write panicked: %v", j.panic)
		}
	}()
	return j.f(t)
}
