package sqlstore

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"cairn/xapi"
)

// goneRow is a row of the table gone. The ids of what was erased or purged stay known, so that a sender who repeats itself is answered
// and nothing is counted twice; and what they held stays known by keyed hashes, so that another statement with such an id is refused.
type goneRow struct {
	Hash      string
	Content   *string // of the fingerprint; nil for what went before migration 170
	ContentAt *string `db:"content_at"` // of the fingerprint with the timestamp
}

// content hashes a fingerprint for the table gone, with a timestamp unless that is zero.
func (d *departed) content(fingerprint []byte, at time.Time) string {
	text := "content|" + hex.EncodeToString(fingerprint)
	if !at.IsZero() {
		text += fmt.Sprintf("|%d", micros(at))
	}
	return d.keys[0].hash(text)
}

// same says whether the statement is the one that is gone, by the rule of xapi.Prepared.Equals.
func (g goneRow) same(d *departed, p *xapi.Prepared) bool {
	if g.Content == nil || g.ContentAt == nil {
		return false
	}
	if d.content(p.Fingerprint[:], time.Time{}) == *g.Content {
		return true
	}
	if p.Timestamp.IsZero() {
		return false
	}
	without, ok := p.Untimed()
	return ok && d.content(without[:], p.Timestamp) == *g.ContentAt
}

// askGone asks which ids were in the log once and are erased or purged.
func (in *intake) askGone(ctx context.Context, ids []string, into *[]goneRow) error {
	left := in.tx.db.departed.Load()
	if !left.gone {
		return nil
	}
	hashes := make([]string, len(ids))
	for i, id := range ids {
		hashes[i] = left.own(id)
	}
	d := in.tx.db.d
	return in.tx.Ask(ctx, "look for ids that are gone", into, d.byKey(`hash, content, content_at`, "gone", "hash"), d.list(hashes))
}

// knowGone keeps what askGone found.
func (in *intake) knowGone(ids []string, found []goneRow) {
	if len(found) == 0 {
		return
	}
	byHash := make(map[string]goneRow, len(found))
	for _, row := range found {
		byHash[row.Hash] = row
	}
	in.gone = make(map[string]goneRow, len(found))
	left := in.tx.db.departed.Load()
	for _, id := range ids {
		if row, ok := byHash[left.own(id)]; ok {
			in.gone[id] = row
		}
	}
}

// Dropped counts the statements that this process answered as stored and dropped: of people who were erased, and repeats of what is
// gone.
func (s *Store) Dropped() int64 { return s.dropped.Load() }
