package web

import (
	"context"
	"errors"
	"time"
)

// Errors of Accounts.
var (
	ErrSamePerson   = errors.New("web: the accounts are joined already")
	ErrAlone        = errors.New("web: the account is joined with no other")
	ErrEndorsedSelf = errors.New("web: one of the accounts has endorsed the other, and nobody endorses themselves")
	ErrOwnCode      = errors.New("web: the code was shown in this account")
	ErrManyTries    = errors.New("web: too many codes were tried")
)

// OwnAccount is an account of a person, as they see it.
type OwnAccount struct {
	ID      string
	Learner string    // whose it is
	Site    string    // what the operator calls the learning site
	Since   time.Time // when it was joined with the others; zero for the one that came first
}

// Accounts joins the accounts of a person who proves both, and parts them again (settled question 1).
type Accounts interface {
	// Accounts answers the accounts of a learner, the one that came first first.
	Accounts(ctx context.Context, learner string) ([]OwnAccount, error)
	// KeepJoinCode keeps the hash of a code that was shown in an account, in place of an earlier one.
	KeepJoinCode(ctx context.Context, hash, account string, expires time.Time) error
	// TryJoinCode answers the account that a code was shown in, and spends nothing. ErrNotFound for a code that is not known or holds no
	// more, which counts as a try of the account it was typed in; ErrManyTries; ErrOwnCode; ErrSamePerson.
	TryJoinCode(ctx context.Context, hash, account string) (OwnAccount, error)
	// JoinByCode spends a code and joins the account it was shown in with the one it was typed in. It answers the position of the log from
	// which on figures are theirs together. The errors of TryJoinCode, and ErrEndorsedSelf.
	JoinByCode(ctx context.Context, hash, account string) (pos int64, err error)
	// PartAccount takes an account from the others of its learner, and answers such a position. ErrNotFound for another learner's, ErrAlone.
	PartAccount(ctx context.Context, learner, account, author string) (pos int64, err error)
}
