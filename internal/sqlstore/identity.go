package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi"
)

// identityExamples is how many agents of each kind a page shows, masked.
const identityExamples = 3

// identityModes are the rules there could be, the safest first.
var identityModes = []learner.IdentityMode{learner.ByUserID, learner.ByUsername, learner.BySourced, learner.ByMailbox}

// Identity answers how records are matched to people in a registration, and how they would be by each other mode. web.ErrNotFound.
func (s *Store) Identity(ctx context.Context, registration string) (out web.Identity, err error) {
	r, err := s.FullRegistration(ctx, registration)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return out, web.ErrNotFound
	}
	if err != nil {
		return out, err
	}
	out = web.Identity{ID: r.ID, Name: r.Name, Issuer: r.Issuer, Rule: r.Identity.Normal()}
	err = s.snapshot(ctx, func(db reader) error {
		out.Modes = nil
		var rows []claimRow
		if err := db.Select(ctx, &rows, claimColumns, registration); err != nil {
			return fmt.Errorf("sqlstore: read what accounts proved: %w", err)
		}
		for _, mode := range identityModes {
			rule := learner.IdentityRule{Mode: mode}
			if mode == out.Rule.Mode {
				rule = out.Rule
			}
			m, err := s.matching(ctx, db, r, rule, rows)
			if err != nil {
				return err
			}
			out.Modes = append(out.Modes, m)
		}
		return db.Get(ctx, &out.Joined, `SELECT COUNT(*) FROM account a WHERE a.id IN (SELECT account FROM account_claim WHERE registration = ?)
			AND EXISTS (SELECT 1 FROM account o WHERE o.learner = a.learner AND o.id <> a.id)`, registration)
	})
	return out, err
}

// carried are the terms of agents who did something; a condition on t follows.
const carried = ` FROM term t WHERE t.kind = ? AND EXISTS (SELECT 1 FROM statement_link l WHERE l.term = t.id AND l.role = ?) AND `

// matching counts the agents of a rule's kind that records carry, by whether an account proves them.
func (s *Store) matching(ctx context.Context, db reader, r Registration, rule learner.IdentityRule, rows []claimRow) (web.IdentityMode, error) {
	out := web.IdentityMode{Rule: rule}
	proved := map[string]bool{}
	var stored []string
	for _, l := range derive(r.ID, rule, rows) {
		if value, _ := storedValue(l.Agent); !proved[value] {
			proved[value] = true
			stored = append(stored, value)
		}
	}
	actor := []any{int64(xapi.TermAgent), int64(xapi.RoleActor)}
	for some := range slices.Chunk(stored, eachAtOnce) {
		var found []string
		if err := db.Select(ctx, &found, `SELECT t.value`+carried+s.d.in("t.value")+` ORDER BY t.value`, append(actor, s.d.list(some))...); err != nil {
			return out, fmt.Errorf("sqlstore: count the agents that are matched: %w", err)
		}
		out.Matched += len(found)
		for _, value := range found[:min(len(found), identityExamples-len(out.Examples))] {
			out.Examples = append(out.Examples, learner.Masked(givenValue(value, nil)))
		}
	}
	from, to := kindOf(rule, r.Issuer)
	var all int
	if err := db.Get(ctx, &all, `SELECT COUNT(*)`+carried+`t.value >= ? AND t.value < ?`, append(actor, from, to)...); err != nil {
		return out, fmt.Errorf("sqlstore: count the agents of a kind: %w", err)
	}
	out.Unmatched = max(all-out.Matched, 0)
	if out.Unmatched == 0 {
		return out, nil
	}
	var some []string
	if err := db.Select(ctx, &some, `SELECT t.value`+carried+`t.value >= ? AND t.value < ? ORDER BY t.value LIMIT ?`,
		append(actor, from, to, out.Matched+identityExamples)...); err != nil {
		return out, fmt.Errorf("sqlstore: read agents that are not matched: %w", err)
	}
	for _, value := range some {
		if !proved[value] && len(out.Others) < identityExamples {
			out.Others = append(out.Others, learner.Masked(givenValue(value, nil)))
		}
	}
	return out, nil
}

// kindOf is the range of keys that a rule's agents lie in, from (inclusive) to (exclusive).
func kindOf(rule learner.IdentityRule, issuer string) (from, to string) {
	if rule.Mode == learner.ByMailbox {
		return mailboxFrom, mailboxTo
	}
	home := rule.HomePage
	if home == "" {
		home = issuer
	}
	from, _ = storedValue(accountKey(home, ""))
	return from, from + string(utf8.MaxRune)
}

// CountRecords counts the statements that agents have done.
func (s *Store) CountRecords(ctx context.Context, agents []string) (n int, err error) {
	for some := range slices.Chunk(agents, eachAtOnce) {
		var found int
		if err := s.Get(ctx, &found, `SELECT COUNT(*) FROM statement_link l JOIN term t ON t.id = l.term WHERE t.kind = ? AND l.role = ? AND `+s.d.in("t.value"),
			int64(xapi.TermAgent), int64(xapi.RoleActor), s.d.list(storedValues(some))); err != nil {
			return 0, fmt.Errorf("sqlstore: count the records of agents: %w", err)
		}
		n += found
	}
	return n, nil
}

// ChangeIdentity changes the identity rule of a registration, and says in the log who did it and why. lti.ErrUnknownRegistration, the
// errors of a rule, and mapping.ErrMoved when it would end or begin other numbers of links than were shown.
func (s *Store) ChangeIdentity(ctx context.Context, id string, rule learner.IdentityRule, shown Relinked, author, reason string) error {
	rule = rule.Normal()
	if err := rule.Check(); err != nil {
		return err
	}
	return s.write(ctx, func(tx *Tx) error {
		before, err := tx.lockRegistration(ctx, id)
		if err != nil || before.rule() == rule {
			return err
		}
		if err := before.allows(rule); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE registration SET identity_mode = ?, identity_home_page = ? WHERE id = ?`, string(rule.Mode), rule.HomePage, id); err != nil {
			return fmt.Errorf("sqlstore: change an identity rule: %w", err)
		}
		tx.AfterCommit(s.kept.registrations.forget)
		if _, err := tx.appendBody(ctx, pipeline.EntryIdentity, pipeline.IdentityChanged{
			ID: newID(), Registration: id, From: before.rule(), To: rule, Author: author, Reason: reason, At: tx.Now,
		}); err != nil {
			return err
		}
		did, err := tx.relinkAll(ctx, id, rule)
		if err == nil && did != shown {
			return mapping.ErrMoved
		}
		return err
	})
}
