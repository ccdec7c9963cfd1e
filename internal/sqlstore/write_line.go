package sqlstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// line is where callers wait for one goroutine that serves those who wait at the same time as a group: group commit. Each is
// answered when its group has been served.
type line[T any] struct {
	turns  chan *turn[T]
	serve  func([]*turn[T]) // sets err of each
	weight func(T) int      // 1 to what one caller brings
	most   int              // weight of a group, so that the first does not wait long for the last
	enough int              // weight of a group that waits for nobody
	stop   chan struct{}
	ended  chan struct{}
	once   sync.Once
	before int // who were in the last group, and who waited when it was served: so many may come; used by the loop alone
}

// turn is one caller in the line.
type turn[T any] struct {
	of    T
	ctx   context.Context
	err   error
	panic any
	state atomic.Int32
	done  chan struct{}
}

// The states of a turn.
const (
	turnWaits int32 = iota
	turnTaken
	turnLeft // its caller went away before it was taken
)

// lineLong is how many callers wait in the line before others wait to get into it.
const lineLong = 256

func newLine[T any](enough, most int, weight func(T) int, serve func([]*turn[T])) *line[T] {
	l := &line[T]{turns: make(chan *turn[T], lineLong), serve: serve, weight: weight, enough: enough, most: most,
		stop: make(chan struct{}), ended: make(chan struct{})}
	go l.loop()
	return l
}

// close serves those who wait, and refuses others with ErrUnavailable.
func (l *line[T]) close() {
	l.once.Do(func() { close(l.stop) })
	<-l.ended
}

// wait stands in the line until it was served. A caller that goes away when its turn has come is still told how it ended.
func (l *line[T]) wait(ctx context.Context, of T) error {
	t := &turn[T]{of: of, ctx: ctx, done: make(chan struct{})}
	select {
	case <-l.stop:
		return closed()
	default:
	}
	select {
	case <-l.stop:
		return closed()
	case <-ctx.Done():
		return ctx.Err()
	case l.turns <- t:
	}
	var left error
	select {
	case <-t.done:
	case <-l.ended:
		left = closed()
	case <-ctx.Done():
		left = ctx.Err()
	}
	if left != nil && t.state.CompareAndSwap(turnWaits, turnLeft) {
		return left
	}
	<-t.done
	if t.panic != nil {
		panic(t.panic)
	}
	return t.err
}

func closed() error { return fmt.Errorf("%w: %w", ErrUnavailable, errClosed) }

func (l *line[T]) loop() {
	defer close(l.ended)
	for {
		select {
		case t := <-l.turns:
			l.group(t)
		case <-l.stop:
			for {
				select {
				case t := <-l.turns:
					l.group(t)
				default:
					return
				}
			}
		}
	}
}

// group serves the first and those who wait behind it.
func (l *line[T]) group(first *turn[T]) {
	group, weight := make([]*turn[T], 0, 16), 0
	patience := l.patience()
	for t := first; t != nil; t = l.next(weight, len(group), patience) {
		if t.state.CompareAndSwap(turnWaits, turnTaken) {
			group = append(group, t)
			weight += l.weight(t.of)
		}
	}
	if len(group) > 0 {
		l.serve(group)
	}
	l.before = len(group) + len(l.turns)
	for _, t := range group {
		close(t.done)
	}
}

// gather is how long a group waits for callers to come back. Without it, those who were just answered and those who waited meanwhile
// would take turns in two half groups, and pay for twice as many commits. It is short beside a durable commit.
const gather = time.Millisecond

// patience begins the wait for the callers of the last group; nil when there was only one.
func (l *line[T]) patience() <-chan time.Time {
	if l.before < 2 {
		return nil
	}
	return time.After(gather)
}

// next answers one who waits, nil when there is none or the group is full.
func (l *line[T]) next(weight, have int, patience <-chan time.Time) *turn[T] {
	if weight >= l.most {
		return nil
	}
	select {
	case t := <-l.turns:
		return t
	default:
	}
	if patience == nil || have >= l.before || weight >= l.enough {
		return nil
	}
	select {
	case t := <-l.turns:
		return t
	case <-patience:
		return nil
	}
}
