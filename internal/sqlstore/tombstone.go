package sqlstore

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"cairn/xapi"
)

// departed is who was erased, as far as it must be known at every statement: keyed hashes of identifiers, never identifiers.
type departed struct {
	keys   []tombstoneKey
	people map[string]time.Time // until when statements stay out, by key and hash
	gone   bool                 // some ids are in the table gone
}

// tombstoneKey is a key of hashes. The first is this instance's own.
type tombstoneKey struct {
	ID     int64  `db:"id"`
	Secret string `db:"secret"`
}

// hash is the keyed hash of an identifier: HMAC-SHA256 in hexadecimal.
func (k tombstoneKey) hash(identifier string) string {
	m := hmac.New(sha256.New, []byte(k.Secret))
	m.Write([]byte(identifier)) //nolint:errcheck // it never fails
	return hex.EncodeToString(m.Sum(nil))
}

// tombstoneRow is a row of the table tombstone.
type tombstoneRow struct {
	Key    int64  `db:"key_id"`
	Hash   string `db:"hash"`
	Erased int64  `db:"erased"`
}

func readDeparted(ctx context.Context, r reader) (*departed, error) {
	d := &departed{people: map[string]time.Time{}}
	if err := r.Select(ctx, &d.keys, `SELECT id, secret FROM tombstone_key ORDER BY id`); err != nil {
		return nil, err
	}
	var rows []tombstoneRow
	if err := r.Select(ctx, &rows, `SELECT key_id, hash, erased FROM tombstone`); err != nil {
		return nil, err
	}
	for _, row := range rows {
		d.people[row.at()] = fromMicros(row.Erased)
	}
	return d, r.Get(ctx, &d.gone, `SELECT EXISTS (SELECT 1 FROM gone)`)
}

func (r tombstoneRow) at() string { return fmt.Sprint(r.Key, " ", r.Hash) }

// erased answers when the owner of an identifier was erased last, a mailbox also by its hash.
func (d *departed) erased(identifier string) (at time.Time, ok bool) {
	if len(d.people) == 0 {
		return at, false
	}
	for _, name := range slices.Compact([]string{identifier, hashedMailbox(identifier)}) {
		for _, k := range d.keys {
			if t, found := d.people[tombstoneRow{Key: k.ID, Hash: k.hash(name)}.at()]; found && t.After(at) {
				at, ok = t, true
			}
		}
	}
	return at, ok
}

// own hashes an id of the log for the table gone.
func (d *departed) own(id string) string { return d.keys[0].hash(id) }

// keepsOut says what a statement may still tell of people who were erased: its agents that stay out (people that only stand around it;
// these are replaced), and whether it is dropped as a whole. Only what happened before an erasure is kept out: whoever comes back begins
// anew. A statement without a time of its own happens now.
func (d *departed) keepsOut(p *xapi.Prepared) (agents map[string]bool, drop bool) {
	if len(d.people) == 0 || p.Timestamp.IsZero() {
		return nil, false
	}
	others := map[xapi.Role]bool{}
	for _, t := range p.Terms {
		if t.Role.Kind() != xapi.TermAgent || t.Role == xapi.RoleAuthority {
			continue
		}
		if at, ok := d.erased(t.Value); !ok || !p.Timestamp.Before(at) {
			others[t.Role] = true
			continue
		}
		if agents == nil {
			agents = map[string]bool{}
		}
		agents[t.Value] = true
	}
	for _, t := range p.Terms {
		if agents[t.Value] && centred(t.Role) && !others[t.Role] {
			return nil, true
		}
	}
	return agents, false
}

// centred says that a statement is about whoever stands in the role: the actor, or the Agent that is the object. Who stands elsewhere
// (instructor, team, a member among others, in a SubStatement) is only named by it; an authority is a credential and no person.
func centred(role xapi.Role) bool { return role == xapi.RoleActor || role == xapi.RoleObjectAgent }
