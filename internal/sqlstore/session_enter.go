package sqlstore

import (
	"context"
	"fmt"

	"cairn/internal/learner"
	"cairn/internal/web"
)

// enter writes what is new in a launch and answers what is known after it. Locks are taken in one order: registration, people,
// course, placement, deliveries, and last the log.
func (t *Tx) enter(ctx context.Context, e web.Entry) (known, error) {
	// What a rule derives for this person and those who share a mailbox must not change meanwhile.
	reg, err := t.lockRegistration(ctx, registrationOf(e))
	if err != nil {
		return known{}, err
	}
	k, err := readKnown(ctx, t, e)
	if err != nil {
		return k, err
	}
	before := k
	e = t.db.withoutNames(e, k)
	for _, step := range []func(context.Context, web.Entry, *known) error{
		t.enterAccount, t.enterClaims, t.enterCourse, t.enterMember, t.enterPlacement,
	} {
		if err := step(ctx, e, &k); err != nil {
			return k, err
		}
	}
	if before.losesName(e) {
		if err := t.forgetNames(ctx, reg.Issuer, `= ?`, *k.Account); err != nil {
			return k, err
		}
	}
	if err := t.enterDue(ctx, e, before, k); err != nil {
		return k, err
	}
	if before.newClaims(e) {
		mailboxes := []string{last("", before.Mailbox), *k.Mailbox}
		return k, t.relink(ctx, k.registered, reg.rule(), *k.Account, mailboxes)
	}
	return k, nil
}

// enterAccount makes the account of a new subject, with a learner of its own, or keeps a new name.
func (t *Tx) enterAccount(ctx context.Context, e web.Entry, k *known) error {
	c := e.Claims
	if k.newName(e) {
		if _, err := t.Exec(ctx, `UPDATE account SET name = ? WHERE id = ?`, c.Name, *k.Account); err != nil {
			return fmt.Errorf("sqlstore: keep the name of an account: %w", err)
		}
		k.Name = &c.Name
	}
	if !k.newAccount(e) {
		return nil
	}
	account, person := newID(), newID()
	if _, err := t.Exec(ctx, `INSERT INTO learner (id, created) VALUES (?, ?)`, person, micros(t.Now)); err != nil {
		return fmt.Errorf("sqlstore: add a learner: %w", err)
	}
	n, err := affected(t.Exec(ctx, `INSERT INTO account (id, learner, home, registration, issuer, subject, name, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (issuer, subject) DO NOTHING`, account, person, person, k.registered, c.Issuer, c.Subject, c.Name, micros(t.Now)))
	if err != nil {
		return fmt.Errorf("sqlstore: add an account: %w", err)
	}
	k.Account, k.Learner, k.Name = &account, &person, &c.Name
	if n == 1 {
		return nil
	}
	return t.adoptAccount(ctx, e, k)
}

// adoptAccount takes the account that another registration of the issuer made at the same moment.
func (t *Tx) adoptAccount(ctx context.Context, e web.Entry, k *known) error {
	if _, err := t.Exec(ctx, `DELETE FROM learner WHERE id = ?`, *k.Learner); err != nil {
		return fmt.Errorf("sqlstore: take back a learner: %w", err)
	}
	var a struct{ ID, Learner, Name string }
	if err := t.Get(ctx, &a, `SELECT id, learner, name FROM account WHERE issuer = ? AND subject = ?`, e.Claims.Issuer, e.Claims.Subject); err != nil {
		return fmt.Errorf("sqlstore: read an account: %w", err)
	}
	k.Account, k.Learner, k.Name = &a.ID, &a.Learner, &a.Name
	return nil
}

// enterClaims keeps what the launch proved.
func (t *Tx) enterClaims(ctx context.Context, e web.Entry, k *known) error {
	if !k.newClaims(e) {
		return nil
	}
	c := k.merged(e.Claims)
	mailbox := learner.Mailbox(c.Email)
	if _, err := t.Exec(ctx, `INSERT INTO account_claim (registration, account, email, mailbox, username, sourced_id) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (registration, account) DO UPDATE SET email = excluded.email, mailbox = excluded.mailbox, username = excluded.username,
			sourced_id = excluded.sourced_id`, k.registered, *k.Account, c.Email, mailbox, c.Username, c.SourcedID); err != nil {
		return fmt.Errorf("sqlstore: keep what an account proved: %w", err)
	}
	k.Email, k.Mailbox, k.Username, k.SourcedID = &c.Email, &mailbox, &c.Username, &c.SourcedID
	return nil
}

func (t *Tx) enterCourse(ctx context.Context, e web.Entry, k *known) error {
	if !k.newCourse(e) {
		return nil
	}
	title, iri := last(e.Course.Title, k.Title), last(e.Course.IRI, k.IRI)
	if _, err := t.Exec(ctx, `INSERT INTO course (registration, id, title, iri) VALUES (?, ?, ?, ?)
		ON CONFLICT (registration, id) DO UPDATE SET title = excluded.title, iri = excluded.iri`, k.registered, e.Course.ID, title, iri); err != nil {
		return fmt.Errorf("sqlstore: keep a course: %w", err)
	}
	k.Title, k.IRI = &title, &iri
	return nil
}

func (t *Tx) enterMember(ctx context.Context, e web.Entry, k *known) error {
	if !k.newMember(e) {
		return nil
	}
	if _, err := t.Exec(ctx, `INSERT INTO membership (registration, context, account, is_learner, since) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (registration, context, account) DO UPDATE SET is_learner = excluded.is_learner`,
		k.registered, e.Course.ID, *k.Account, e.IsLearner, micros(t.Now)); err != nil {
		return fmt.Errorf("sqlstore: keep a membership: %w", err)
	}
	k.IsLearner = &e.IsLearner
	return nil
}

// enterPlacement keeps a resource link. A line item once known is not forgotten when a launch leaves it out, as platforms do when
// a link has several.
func (t *Tx) enterPlacement(ctx context.Context, e web.Entry, k *known) error {
	if !k.newPlacement(e) {
		return nil
	}
	p := e.Placement
	title, item, module := last(p.Title, k.LinkTitle), last(p.LineItem, k.LineItem), last(p.Module, k.Module)
	if !k.newShown(p) {
		p.Framework, p.Node, p.Archetype, p.Activity = *k.Framework, *k.Node, *k.Archetype, *k.Activity
	}
	var id string
	if err := t.Get(ctx, &id, `INSERT INTO placement (id, registration, deployment, context, link_id, title, line_item, framework, node, archetype,
			activity, module) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (registration, context, link_id, deployment) DO UPDATE SET
			title = excluded.title, line_item = excluded.line_item, framework = excluded.framework, node = excluded.node,
			archetype = excluded.archetype, activity = excluded.activity, module = excluded.module RETURNING id`,
		newID(), k.registered, p.Deployment, contextOf(e), p.LinkID, title, item, p.Framework, p.Node, p.Archetype, p.Activity, module); err != nil {
		return fmt.Errorf("sqlstore: keep a placement: %w", err)
	}
	k.Placement, k.LinkTitle, k.LineItem, k.Module = &id, &title, &item, &module
	k.Framework, k.Node, k.Archetype, k.Activity = &p.Framework, &p.Node, &p.Archetype, &p.Activity
	return nil
}

// enterDue makes scores due that the launch made possible: of a new learner of the course in all its links, of all its learners in
// a link that is new, has another line item, or shows something else.
func (t *Tx) enterDue(ctx context.Context, e web.Entry, before, after known) error {
	if before.newMember(e) && e.IsLearner {
		if err := t.dueOfMember(ctx, after.registered, e.Course.ID, *after.Account); err != nil {
			return err
		}
	}
	if e.Placement.LinkID == "" || *after.LineItem == "" {
		return nil
	}
	newItem := before.LineItem == nil || *before.LineItem != *after.LineItem
	if newItem && before.Placement != nil {
		if err := t.forgetGiven(ctx, *after.Placement); err != nil {
			return err
		}
	}
	if newItem || before.newShown(e.Placement) {
		return t.dueOfPlacement(ctx, *after.Placement)
	}
	return nil
}
