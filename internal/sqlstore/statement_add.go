package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// statementsMost is about how many requests and statements one transaction takes at most, when many wait; statementsEnough wait for
// no others.
const (
	statementsMost   = 1000
	statementsEnough = 32
)

// Add stores all of the statements or none, and returns once they are durable. What is added at the same time is stored in one
// transaction (group commit); a request that is refused writes nothing and does not disturb the others.
func (s *Store) Add(ctx context.Context, by lrs.Credential, batch []xapi.Prepared) error {
	if len(batch) == 0 {
		return nil
	}
	r := &request{by: by, batch: batch}
	if err := s.adds.wait(ctx, r); err != nil {
		return fmt.Errorf("sqlstore: store %d statements: %w", len(batch), err)
	}
	return r.err
}

// commitRequests serves a group of calls of Add. On an unexpected error of the group each is tried alone, so that one that
// cannot be stored takes no other with it.
func (s *Store) commitRequests(group []*turn[*request]) {
	all := make([]*request, len(group))
	for i, t := range group {
		all[i] = t.of
	}
	err := s.commit(all)
	if err == nil {
		return
	}
	alone := len(group) > 1 && !errors.Is(err, ErrUnavailable)
	for _, t := range group {
		if t.err = err; alone {
			t.err = s.commit([]*request{t.of})
		}
	}
}

// commitMost bounds how long a group waits for a database that does not answer.
const commitMost = 30 * time.Second

// commit decides about the requests and writes what is accepted in one transaction, whether their callers wait or have gone.
func (s *Store) commit(requests []*request) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitMost)
	defer cancel()
	return s.write(ctx, func(tx *Tx) error { return tx.admit(ctx, requests) })
}

// AppendOwn appends statements of Cairn itself to the log, in a transaction that does more: the projector's. What is stored
// already and equal is left as it is; *lrs.ConflictError when it differs. Rows of other tables that the transaction locks must
// be locked before, see lockLog.
func (s *Store) AppendOwn(ctx context.Context, t *Tx, batch []xapi.Prepared) error {
	if len(batch) == 0 {
		return nil
	}
	r := &request{own: true, batch: batch}
	if err := t.admit(ctx, []*request{r}); err != nil {
		return err
	}
	return r.err
}
