package pipeline

import (
	"context"
	"time"
)

// Delivery is one score that a platform is owed: latest wins for a line item and a person. The value is not kept here; it is
// counted when it is sent.
type Delivery struct {
	ID           string
	Registration string // id
	LineItem     string // URL
	Account      string // id
	Subject      string // userId of the score: the account's sub
	Learner      string
	Framework    string    // id of the framework the placement shows
	Node         string    // id of the node it is limited to, "" for the whole framework
	Archetype    string    // archetype it is limited to, "" for all
	Activity     string    // id of the placed activity that the link leads to: its score is 1 of 1 once finished; "" for a link that shows progress
	Wanted       int64     // log position that made it due; compared again when it is marked as sent
	Attempts     int       // failed ones since the last success
	LastGiven    *int      // last score accepted, nil before the first
	LastMaximum  int       // its maximum
	LastAt       time.Time // its timestamp, zero before the first; the next one must be a later second
}

// Deliveries keeps what is owed. Claims are leases, so that two processes never send the same delivery at once.
type Deliveries interface {
	// Claim answers up to limit deliveries that are due, those due longest first, leased to the caller until the time given. Those of
	// the registrations in except are left alone.
	Claim(ctx context.Context, now, until time.Time, limit int, except ...string) ([]Delivery, error)
	// Done ends the lease. given is nil when nothing had to be sent. It stays due when Wanted moved in the meantime.
	Done(ctx context.Context, d Delivery, given *int, maximum int, at time.Time) error
	// Retry ends the lease and makes it due again at next. problem is kept for people to read and counts as a failed attempt;
	// an empty one is only a wait.
	Retry(ctx context.Context, d Delivery, next time.Time, problem string) error
	// GiveUp parks it until something new is owed.
	GiveUp(ctx context.Context, d Delivery, problem string) error
	// Finished says whether the account has finished a placed activity.
	Finished(ctx context.Context, account, activity string) (bool, error)
	// Evidenced counts which of the capabilities are evidenced (or expiring) for the learner.
	Evidenced(ctx context.Context, learner string, capabilities []string) (int, error)
}
