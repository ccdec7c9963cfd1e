package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/web"
)

// A person has the accounts of one learner (settled question 1). Each account begins with a learner of its own, its home. Joining moves
// all accounts of one learner to the other, the one that came first, and parting moves one home again; so a learner who has accounts
// always has the one they began with, and acts by it in emitted statements, whatever is joined or parted.

// Moved is what joining or parting did.
type Moved struct {
	Pos      int64    `json:"position"` // of the event in the log
	From     string   `json:"from"`     // learner
	Into     string   `json:"into"`     // learner
	Accounts []string `json:"accounts"` // ids of those that went over
}

// movingAccount is an account with where it is and where it began.
type movingAccount struct {
	ID, Learner, Home, Issuer, Subject string
	Began                              int64 // when its home did
}

// Join makes the accounts of two learners those of one, who is the one that came first. author is an account, or who runs Cairn.
// web.ErrNotFound, web.ErrSamePerson, web.ErrEndorsedSelf.
func (s *Store) Join(ctx context.Context, a, b, author, reason string) (done Moved, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		done, err = tx.join(ctx, a, b, author, reason)
		return err
	})
	return done, err
}

func (t *Tx) join(ctx context.Context, a, b, author, reason string) (Moved, error) {
	if a == b {
		return Moved{}, web.ErrSamePerson
	}
	accounts, err := t.lockAccounts(ctx, a, b)
	if err != nil {
		return Moved{}, err
	}
	of := map[string][]movingAccount{}
	for _, one := range accounts {
		of[one.Learner] = append(of[one.Learner], one)
	}
	if len(of) < 2 {
		return Moved{}, web.ErrNotFound
	}
	if err := t.noOwnEndorsement(ctx, of[a], of[b]); err != nil {
		return Moved{}, err
	}
	into := oldest(accounts, func(one movingAccount) bool { return one.Home == one.Learner }).Learner
	from := a
	if into == a {
		from = b
	}
	if err := t.inheritPreferences(ctx, from, into); err != nil {
		return Moved{}, err
	}
	return t.move(ctx, pipeline.EntryJoined, learner.Move{From: from, Into: into, Author: author, Reason: reason}, of[from])
}

// Part takes an account from the learner who has it, and gives it back to the one it began with. From the one it is at home with, the
// others go instead: to the home of the oldest of them. web.ErrNotFound, web.ErrAlone.
func (s *Store) Part(ctx context.Context, account, author, reason string) (done Moved, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		owner, err := tx.learnerOf(ctx, account)
		if err != nil {
			return err
		}
		accounts, err := tx.lockAccounts(ctx, owner)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(accounts, func(one movingAccount) bool { return one.ID == account })
		if i < 0 {
			return web.ErrNotFound
		}
		if len(accounts) == 1 {
			return web.ErrAlone
		}
		moving := accounts[i : i+1]
		if moving[0].Home == owner {
			moving = slices.Delete(slices.Clone(accounts), i, i+1)
		}
		done, err = tx.move(ctx, pipeline.EntryParted, learner.Move{From: owner, Into: moving[0].Home, Author: author, Reason: reason}, moving)
		return err
	})
	return done, err
}

// oldest answers the first of the accounts that passes; they come with the oldest home first.
func oldest(accounts []movingAccount, pass func(movingAccount) bool) movingAccount {
	if i := slices.IndexFunc(accounts, pass); i >= 0 {
		return accounts[i]
	}
	return accounts[0]
}

// lockAccounts keeps the accounts of learners, and what links them, from changing until the transaction ends, and answers them, those
// of the oldest home first.
func (t *Tx) lockAccounts(ctx context.Context, learners ...string) ([]movingAccount, error) {
	var registrations []string
	if err := t.Select(ctx, &registrations, `SELECT DISTINCT k.registration FROM account_claim k JOIN account a ON a.id = k.account
		WHERE `+t.db.d.in("a.learner")+` ORDER BY 1`, t.db.d.list(learners)); err != nil {
		return nil, fmt.Errorf("sqlstore: read where accounts are known: %w", err)
	}
	for _, id := range registrations {
		if _, err := t.lockRegistration(ctx, id); err != nil {
			return nil, err
		}
	}
	var out []movingAccount
	query := `SELECT a.id, a.learner, a.home, a.issuer, a.subject, l.created AS began FROM account a JOIN learner l ON l.id = a.home
		WHERE ` + t.db.d.in("a.learner") + ` ORDER BY l.created, l.id`
	if !t.db.d.oneWriter {
		query += ` FOR UPDATE`
	}
	if err := t.Select(ctx, &out, query, t.db.d.list(learners)); err != nil {
		return nil, fmt.Errorf("sqlstore: read accounts: %w", err)
	}
	return out, nil
}

// noOwnEndorsement answers web.ErrEndorsedSelf when one of them endorsed the other: nobody endorses themselves.
func (t *Tx) noOwnEndorsement(ctx context.Context, a, b []movingAccount) error {
	for _, pair := range [][2][]movingAccount{{a, b}, {b, a}} {
		var by []string
		for _, one := range pair[0] {
			by = append(by, one.ID)
		}
		var found int
		err := t.Get(ctx, &found, `SELECT 1 FROM endorsement WHERE learner = ? AND withdrawn_pos = 0 AND `+t.db.d.in("given_by")+` LIMIT 1`,
			pair[1][0].Learner, t.db.d.list(by))
		if err == nil {
			return web.ErrEndorsedSelf
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("sqlstore: look for endorsements: %w", err)
		}
	}
	return nil
}

// inheritPreferences gives a learner the choices of another one where they have made none.
func (t *Tx) inheritPreferences(ctx context.Context, from, into string) error {
	for _, query := range []string{
		`INSERT INTO preference (owner, theme, visited, visited_before, expires)
			SELECT CAST(? AS TEXT), theme, visited, visited_before, expires FROM preference WHERE owner = ? ON CONFLICT (owner) DO NOTHING`,
		`INSERT INTO role_choice (learner, framework, roles)
			SELECT CAST(? AS TEXT), framework, roles FROM role_choice WHERE learner = ? ON CONFLICT (learner, framework) DO NOTHING`,
	} {
		if _, err := t.Exec(ctx, query, into, from); err != nil {
			return fmt.Errorf("sqlstore: take over what was chosen: %w", err)
		}
	}
	return nil
}
