package main

import (
	"errors"
	"fmt"
	"strings"

	"cairn/internal/sqlstore"
	"cairn/internal/web"
)

type personJoinCmd struct {
	A      string `arg:"" help:"Who: the id of a learner, or an LMS account as account|ISSUER|SUB."`
	B      string `arg:"" help:"Who is the same person."`
	Reason string `required:"" placeholder:"TEXT" help:"Why. It stays in the log, so it should not say who."`
}

// Run joins two learners: the one that came first has the accounts of both.
func (c *personJoinCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		a, err := p.accountPerson(s, c.A)
		if err != nil {
			return err
		}
		b, err := p.accountPerson(s, c.B)
		if err != nil {
			return err
		}
		done, err := s.Join(p.ctx, a.Learners[0], b.Learners[0], operator, c.Reason)
		switch {
		case errors.Is(err, web.ErrSamePerson):
			return refuse(exitRefused, "they are joined already, as learner %s", a.Learners[0])
		case errors.Is(err, web.ErrEndorsedSelf):
			return &refusal{exitRefused, "they cannot be joined; withdraw the endorsement first", err}
		case err != nil:
			return err
		}
		return p.sayMoved(done, "Joined: learner %s now has the accounts of %s too (%s). Scores of each account go to its own gradebook.\n", done.Into, done.From)
	})
}

type personPartCmd struct {
	Account string `arg:"" help:"Which account: its id, or account|ISSUER|SUB."`
	Reason  string `required:"" placeholder:"TEXT" help:"Why. It stays in the log, so it should not say who."`
}

// Run takes an account from the others of its learner.
func (c *personPartCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		id := c.Account
		if strings.Contains(id, "|") {
			person, err := p.accountPerson(s, id)
			if err != nil {
				return err
			}
			for _, a := range person.Accounts {
				if named, err := agentKey(c.Account); err == nil && a.Key() == named {
					id = a.ID
				}
			}
		}
		done, err := s.Part(p.ctx, id, operator, c.Reason)
		switch {
		case errors.Is(err, web.ErrNotFound):
			return refuse(exitRefused, "there is no such account")
		case errors.Is(err, web.ErrAlone):
			return refuse(exitRefused, "the account is joined with no other")
		case err != nil:
			return err
		}
		return p.sayMoved(done, "Parted: from learner %s to %s went the accounts %s. Ratings and endorsements went with them.\n", done.From, done.Into)
	})
}

// accountPerson finds who is meant by an account or the id of a learner. Nobody is joined by an e-mail address.
func (p *program) accountPerson(s *sqlstore.Store, given string) (sqlstore.Person, error) {
	who := sqlstore.WhoIs{Learner: given}
	if rest, ok := strings.CutPrefix(given, "account|"); ok {
		at := strings.LastIndex(rest, "|")
		if at < 0 {
			return sqlstore.Person{}, refuse(exitUsage, "an account is written account|ISSUER|SUB")
		}
		who = sqlstore.WhoIs{Issuer: rest[:at], Subject: rest[at+1:]}
	}
	person, err := s.Person(p.ctx, who)
	if errors.Is(err, sqlstore.ErrNobody) || err == nil && len(person.Accounts) == 0 {
		return person, refuse(exitRefused, "nobody has the account or learner %s", given)
	}
	return person, err
}

// sayMoved prints what was done, in words for people.
func (p *program) sayMoved(done sqlstore.Moved, words string, in ...any) error {
	if p.JSON {
		return printJSON(p.out, done)
	}
	_, err := fmt.Fprintf(p.out, words, append(in, strings.Join(done.Accounts, ", "))...)
	return err
}
