package sqlstore

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
)

// ErasedOn says when somebody who is meant was erased, by the hashes that an erasure leaves; ok is false when nobody was.
func (s *Store) ErasedOn(ctx context.Context, who WhoIs) (at time.Time, ok bool, err error) {
	if err := s.refresh(ctx); err != nil {
		return at, false, wrap(err, "read who was erased")
	}
	key := who.Agent
	switch {
	case who.Learner != "":
		key = "learner|" + who.Learner
	case who.Subject != "":
		key = accountKey(who.Issuer, who.Subject)
	}
	at, ok = s.departed.Load().erased(key)
	return at, ok, nil
}

// Erasures answers that people were erased, when and why, the newest first. It names nobody.
func (s *Store) Erasures(ctx context.Context, limit int) ([]pipeline.Erased, error) {
	var bodies []string
	if err := s.Select(ctx, &bodies, `SELECT body FROM event WHERE kind = ? AND body <> '{}' ORDER BY pos DESC LIMIT ?`, string(pipeline.EntryErased), limit); err != nil {
		return nil, wrap(err, "list the erasures")
	}
	out := make([]pipeline.Erased, 0, len(bodies))
	for _, body := range bodies {
		var e pipeline.Erased
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			return nil, wrap(err, "read an erasure")
		}
		if !e.At.IsZero() {
			out = append(out, e)
		}
	}
	return out, nil
}
