package sqlstore

import (
	"context"
	"fmt"

	"cairn/xapi/lrs"
)

// voidState is what became of a statement's wish to void another (xAPI 1.0.3 Part 2, 2.3.2). It is settled when the statement
// is stored and never changes, so that replaying the log sees what was seen live. Values are stored: never renumber.
type voidState int64

const (
	voidsNothing voidState = 0 // not a voiding statement
	voidWaits    voidState = 1 // its target was not there yet: it takes effect when the same credential stores the target
	voidWaitsAny voidState = 2 // the same, and the credential has scope all: whoever stores the target
	voidDone     voidState = 3 // it took effect
	voidNoEffect voidState = 4 // its target is itself a voider, or voided already
)

// judgeVoid settles what a new voiding statement does, and answers the row it voids, if any. Settled question 14: voiding needs
// the credential that stored the target, or scope all.
func (in *intake) judgeVoid(n *row, all bool) (voided *row, err error) {
	if n.new.Voids == "" {
		return nil, nil
	}
	target, known := in.byID[n.new.Voids]
	switch {
	case n.new.Voids == n.id, known && target.void != voidsNothing:
		n.void = voidNoEffect
	case !known && all:
		n.void = voidWaitsAny
	case !known:
		n.void = voidWaits
	case target.credential != n.credential && !all:
		return nil, fmt.Errorf("%w: statement %s", lrs.ErrVoidForbidden, target.id)
	case target.voidedPos != 0 || target.voidedBy != nil:
		n.void = voidNoEffect
	default:
		n.void = voidDone
		target.voidedBy = n
		return target, nil
	}
	return nil, nil
}

// voidOnArrival voids a new row when a voider that may do so has waited for it. Voiders cannot be voided.
func (in *intake) voidOnArrival(n *row) {
	if n.void != voidsNothing {
		return
	}
	for _, v := range in.referrers[n.id] {
		if v.void == voidWaitsAny || v.void == voidWaits && v.credential == n.credential {
			n.voidedBy = v
			return
		}
	}
}

// writeVoids marks the stored rows that new voiders void.
func (in *intake) writeVoids(ctx context.Context) error {
	for _, v := range in.accepted {
		if v.void != voidDone {
			continue
		}
		target := in.byID[v.new.Voids]
		if target.new != nil {
			continue // written with it
		}
		table := "statement"
		if target.checkpoint {
			table = "checkpoint"
		}
		if err := in.tx.Later(ctx, "void statement "+target.id, `UPDATE `+table+` SET voided_pos = ? WHERE pos = ? AND voided_pos IS NULL`, v.pos, target.pos); err != nil {
			return err
		}
	}
	return nil
}
