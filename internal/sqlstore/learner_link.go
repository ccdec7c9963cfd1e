package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
)

// claimRow is what launches through one registration last proved about an account.
type claimRow struct {
	Account, Learner, Issuer, Subject string
	Email, Mailbox, Username          string
	SourcedID                         string `db:"sourced_id"`
}

func (c claimRow) claims(registration string) learner.Claims {
	return learner.Claims{Registration: registration, Issuer: c.Issuer, Subject: c.Subject, Email: c.Email, Username: c.Username, SourcedID: c.SourcedID}
}

const claimColumns = `SELECT k.account, a.learner, a.issuer, a.subject, k.email, k.mailbox, k.username, k.sourced_id
	FROM account_claim k JOIN account a ON a.id = k.account WHERE k.registration = ?`

// linkRow is an agent linked by an account, as of the end of the log.
type linkRow struct{ Account, Agent string }

// Relinked counts what a new identity rule did to the links of people to the agents of their statements.
type Relinked struct{ Ended, Began int }

// relink makes the links of one account what the rule derives from its claims. Where a mailbox binds only while one account has
// it, the other accounts with the mailboxes it has and had are looked at too. The registration must be locked.
func (t *Tx) relink(ctx context.Context, registration string, rule learner.IdentityRule, account string, mailboxes []string) error {
	query, args := claimColumns+` AND k.account = ?`, []any{registration, account}
	if rule.Exclusive() {
		mailboxes = slices.DeleteFunc(slices.Clone(mailboxes), func(m string) bool { return m == "" })
		query = claimColumns + ` AND (k.account = ? OR ` + t.db.d.in("k.mailbox") + `)`
		args = append(args, t.db.d.list(mailboxes))
	}
	var rows []claimRow
	if err := t.Select(ctx, &rows, query, args...); err != nil {
		return fmt.Errorf("sqlstore: read what accounts proved: %w", err)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.Account
	}
	var have []linkRow
	if err := t.Select(ctx, &have, `SELECT account, agent FROM account_link WHERE registration = ? AND `+t.db.d.in("account"),
		registration, t.db.d.list(ids)); err != nil {
		return fmt.Errorf("sqlstore: read the links of accounts: %w", err)
	}
	_, err := t.applyLinks(ctx, registration, rule, rows, have)
	return err
}

// relinkAll does the same for every account that the registration knows.
func (t *Tx) relinkAll(ctx context.Context, registration string, rule learner.IdentityRule) (Relinked, error) {
	var rows []claimRow
	if err := t.Select(ctx, &rows, claimColumns, registration); err != nil {
		return Relinked{}, fmt.Errorf("sqlstore: read what accounts proved: %w", err)
	}
	var have []linkRow
	if err := t.Select(ctx, &have, `SELECT account, agent FROM account_link WHERE registration = ?`, registration); err != nil {
		return Relinked{}, fmt.Errorf("sqlstore: read the links of accounts: %w", err)
	}
	return t.applyLinks(ctx, registration, rule, rows, have)
}

// applyLinks writes the difference between the links there are and those the rule derives: first the partings, then the joinings,
// each in the order of accounts.
func (t *Tx) applyLinks(ctx context.Context, registration string, rule learner.IdentityRule, rows []claimRow, have []linkRow) (Relinked, error) {
	of := map[string]claimRow{}
	for _, r := range rows {
		of[r.Account] = r
	}
	aliases, err := t.db.aliases(ctx, t, registration, rows)
	if err != nil {
		return Relinked{}, err
	}
	gone, made := linkChanges(append(derive(registration, rule, rows), aliases...), have)
	for _, l := range gone {
		if _, err := t.Exec(ctx, `DELETE FROM account_link WHERE registration = ? AND account = ? AND agent = ?`, registration, l.Account, l.Agent); err != nil {
			return Relinked{}, fmt.Errorf("sqlstore: end a link: %w", err)
		}
	}
	for _, l := range made {
		if _, err := t.Exec(ctx, `INSERT INTO account_link (registration, account, agent) VALUES (?, ?, ?)`, registration, l.Account, l.Agent); err != nil {
			return Relinked{}, fmt.Errorf("sqlstore: make a link: %w", err)
		}
	}
	if err := t.appendLinks(ctx, pipeline.EntryUnlink, registration, of, gone); err != nil {
		return Relinked{}, err
	}
	return Relinked{len(gone), len(made)}, t.appendLinks(ctx, pipeline.EntryLink, registration, of, made)
}

// derive answers the links that the rule makes of the claims. A mailbox that several accounts prove is nobody's (settled
// question 2).
func derive(registration string, rule learner.IdentityRule, rows []claimRow) []linkRow {
	provers := map[string]int{}
	for _, r := range rows {
		provers[r.Mailbox]++
	}
	var want []linkRow
	for _, r := range rows {
		if rule.Exclusive() && provers[r.Mailbox] > 1 {
			continue
		}
		for _, agent := range learner.Agents(rule, r.claims(registration)) {
			want = append(want, linkRow{r.Account, agent})
		}
	}
	return want
}

// linkChanges answers which links to end and which to make.
func linkChanges(want, have []linkRow) (gone, made []linkRow) {
	wanted, had := map[linkRow]bool{}, map[linkRow]bool{}
	for _, l := range want {
		wanted[l] = true
	}
	for _, l := range have {
		had[l] = true
		if !wanted[l] {
			gone = append(gone, l)
		}
	}
	for l := range wanted {
		if !had[l] {
			made = append(made, l)
		}
	}
	order := func(a, b linkRow) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Agent, b.Agent))
	}
	slices.SortFunc(gone, order)
	slices.SortFunc(made, order)
	return gone, made
}

// appendLinks appends the events of links to the log.
func (t *Tx) appendLinks(ctx context.Context, kind pipeline.EntryKind, registration string, of map[string]claimRow, links []linkRow) error {
	for _, l := range links {
		who := of[l.Account]
		body, err := json.Marshal(learner.Link{
			Learner: who.Learner, Account: l.Account, Registration: registration, Issuer: who.Issuer, Subject: who.Subject, Agent: l.Agent,
		})
		if err != nil {
			return fmt.Errorf("sqlstore: write a %s event: %w", kind, err)
		}
		if _, err := t.AppendEvent(ctx, kind, body); err != nil {
			return err
		}
	}
	return nil
}
