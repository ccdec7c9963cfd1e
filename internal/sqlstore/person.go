package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cairn/xapi"
)

// ErrNobody says that nothing is known of a person.
var ErrNobody = errors.New("sqlstore: nothing here is about this person")

// WhoIs says who is meant, in one of three ways.
type WhoIs struct {
	Learner         string // id
	Issuer, Subject string // an LMS account
	Agent           string // key of an xAPI agent
}

// PersonAccount is an LMS account of a person.
type PersonAccount struct {
	ID           string `db:"id" json:"id"`
	Learner      string `db:"learner" json:"learner"`
	Registration string `db:"registration" json:"registration"`
	Issuer       string `db:"issuer" json:"issuer"`
	Subject      string `db:"subject" json:"subject"`
	Name         string `db:"name" json:"name,omitzero"`
	Created      int64  `db:"created" json:"-"`
}

// Key is the account as the key of an xAPI agent.
func (a PersonAccount) Key() string { return accountKey(a.Issuer, a.Subject) }

// Person is everything by which somebody is known. A learner brings their accounts, these the agents that were ever linked to them,
// and the mailboxes that the LMS told of nobody else.
type Person struct {
	Learners []string        `json:"learners"`
	Accounts []PersonAccount `json:"accounts"`
	Agents   []string        `json:"agents"` // keys
	// Shared is agents that are linked to other learners now: what is recorded of them is theirs as well, and stays.
	Shared []string `json:"shared,omitempty"`

	terms map[int64]bool // of the agents
}

// Person finds who is meant. ErrNobody.
func (s *Store) Person(ctx context.Context, who WhoIs) (p Person, err error) {
	err = s.snapshot(ctx, func(r reader) error {
		p, err = s.person(ctx, r, who)
		return err
	})
	return p, err
}

func (s *Store) person(ctx context.Context, r reader, who WhoIs) (Person, error) {
	var p Person
	for _, step := range []func(context.Context, reader, WhoIs) error{p.findNamed, p.findLearners, p.findJoined, p.findAccounts, p.findAgents, p.findTold, p.findTwins, p.leaveShared, p.findTerms} {
		if err := step(ctx, r, who); err != nil {
			return p, fmt.Errorf("sqlstore: find a person: %w", err)
		}
	}
	if len(p.Learners) == 0 && len(p.terms) == 0 {
		known, err := p.documents(ctx, r)
		if err != nil || !known {
			return p, errors.Join(ErrNobody, err)
		}
	}
	return p, nil
}

// findLearners takes a learner by id, by account, or by an agent that is linked to one learner alone.
func (p *Person) findLearners(ctx context.Context, r reader, who WhoIs) error {
	switch {
	case who.Learner != "":
		return r.Select(ctx, &p.Learners, `SELECT id FROM learner WHERE id = ?`, who.Learner)
	case who.Subject != "":
		p.add(accountKey(who.Issuer, who.Subject))
		return r.Select(ctx, &p.Learners, `SELECT learner FROM account WHERE subject = ? AND (issuer = ? OR issuer = ?)`, who.Subject,
			strings.TrimSuffix(who.Issuer, "/"), strings.TrimSuffix(who.Issuer, "/")+"/")
	}
	for _, agent := range p.Agents {
		var found []string
		home, name := accountOf(agent)
		if err := r.Select(ctx, &found, `SELECT DISTINCT learner FROM agent_link WHERE agent = ? AND ended = 0 UNION
			SELECT a.learner FROM account_link l JOIN account a ON a.id = l.account WHERE l.agent = ? UNION
			SELECT learner FROM account WHERE subject = ? AND (issuer = ? OR issuer = ?)`, agent, agent, name, home, home+"/"); err != nil {
			return err
		}
		p.Learners = append(p.Learners, found...)
	}
	slices.Sort(p.Learners)
	p.Learners = slices.Compact(p.Learners)
	if len(p.Learners) > 1 {
		return fmt.Errorf("%w: the agent is linked to several learners, %s; name one of them", ErrManyPeople, strings.Join(p.Learners, ", "))
	}
	return nil
}

// findJoined takes the learner whose the accounts are now, first, and after them those that the accounts began with: what is kept of a
// person stands under each.
func (p *Person) findJoined(ctx context.Context, r reader, _ WhoIs) error {
	for _, query := range []string{`SELECT DISTINCT learner FROM account WHERE home = ?`, `SELECT home FROM account WHERE learner = ? ORDER BY created, id`} {
		for _, one := range slices.Clone(p.Learners) {
			var found []string
			if err := r.Select(ctx, &found, query, one); err != nil {
				return err
			}
			p.Learners = append(slices.DeleteFunc(found, func(l string) bool { return slices.Contains(p.Learners, l) }), p.Learners...)
		}
	}
	var now []string
	if err := r.Select(ctx, &now, `SELECT DISTINCT learner FROM account WHERE home = ?`, append(p.Learners, "")[0]); err != nil || len(now) == 0 {
		return err
	}
	p.Learners = append(now, slices.DeleteFunc(p.Learners, func(l string) bool { return l == now[0] })...)
	return nil
}

// ErrManyPeople says that an identifier belongs to several people.
var ErrManyPeople = errors.New("sqlstore: the identifier belongs to several people")

func (p *Person) add(agent string) {
	if agent != "" && !slices.Contains(p.Agents, agent) {
		p.Agents = append(p.Agents, agent)
	}
}

// accountOf reads a key of an account; "" for another agent.
func accountOf(agent string) (home, name string) {
	rest, ok := strings.CutPrefix(agent, "account|")
	if !ok {
		return "", ""
	}
	home, name, _ = strings.Cut(rest, "|")
	return home, name
}

func accountKey(issuer, subject string) string {
	return xapi.Agent{Account: &xapi.Account{HomePage: issuer, Name: subject}}.Key()
}

func (p *Person) findAccounts(ctx context.Context, r reader, _ WhoIs) error {
	for _, learner := range p.Learners {
		var accounts []PersonAccount
		if err := r.Select(ctx, &accounts, `SELECT id, learner, registration, issuer, subject, name, created FROM account WHERE learner = ? ORDER BY created, id`, learner); err != nil {
			return err
		}
		p.Accounts = append(p.Accounts, accounts...)
	}
	for _, a := range p.Accounts {
		p.add(accountKey(a.Issuer, a.Subject))
	}
	return nil
}

// findAgents takes every agent that was ever linked by an account that the person has now.
func (p *Person) findAgents(ctx context.Context, r reader, _ WhoIs) error {
	for _, a := range p.Accounts {
		var linked []string
		if err := r.Select(ctx, &linked, `SELECT agent FROM agent_link WHERE account = ? UNION
			SELECT agent FROM account_link WHERE account = ? ORDER BY 1`, a.ID, a.ID); err != nil {
			return err
		}
		for _, agent := range linked {
			p.add(agent)
		}
	}
	return nil
}

// findTold takes the mailboxes that the LMS told of this person alone.
func (p *Person) findTold(ctx context.Context, r reader, _ WhoIs) error {
	for _, a := range p.Accounts {
		var told []string
		if err := r.Select(ctx, &told, `SELECT DISTINCT k.email FROM account_claim k WHERE k.account = ? AND k.mailbox <> '' AND NOT EXISTS (
			SELECT 1 FROM account_claim o JOIN account b ON b.id = o.account WHERE o.mailbox = k.mailbox AND b.learner <> ?)`, a.ID, a.Learner); err != nil {
			return err
		}
		for _, email := range told {
			box := strings.TrimSpace(email)
			p.add(xapi.Agent{Mbox: "mailto:" + box}.Key())
			p.add(xapi.Agent{Mbox: "mailto:" + strings.ToLower(box)}.Key())
		}
	}
	return nil
}

// leaveShared leaves out agents that are linked to somebody else now, under either name of a mailbox.
func (p *Person) leaveShared(ctx context.Context, r reader, _ WhoIs) error {
	shared := map[string]bool{}
	for _, agent := range p.Agents {
		var others []string
		if err := r.Select(ctx, &others, `SELECT learner FROM agent_link WHERE agent = ? AND ended = 0 UNION
			SELECT a.learner FROM account_link l JOIN account a ON a.id = l.account WHERE l.agent = ?`, agent, agent); err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(l string) bool { return !slices.Contains(p.Learners, l) }) {
			shared[hashedMailbox(agent)] = true
		}
	}
	own := func(agent string) bool { return !shared[hashedMailbox(agent)] }
	p.Shared = slices.DeleteFunc(slices.Clone(p.Agents), own)
	p.Agents = slices.DeleteFunc(p.Agents, func(agent string) bool { return !own(agent) })
	return nil
}

func (p *Person) findTerms(ctx context.Context, r reader, _ WhoIs) error {
	p.terms = map[int64]bool{}
	for _, agent := range p.Agents {
		var ids []int64
		value, _ := storedValue(agent)
		if err := r.Select(ctx, &ids, `SELECT id FROM term WHERE kind = ? AND value = ?`, int64(xapi.TermAgent), value); err != nil {
			return err
		}
		for _, id := range ids {
			p.terms[id] = true
		}
	}
	return nil
}

// documents says whether there are any of the person's agents.
func (p *Person) documents(ctx context.Context, r reader) (found bool, err error) {
	for _, agent := range p.Agents {
		value, _ := storedValue(agent)
		if err := r.Get(ctx, &found, `SELECT EXISTS (SELECT 1 FROM document WHERE agent = ?)`, value); err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// documentAgents is how the table document has the agents.
func (p *Person) documentAgents() []string {
	out := make([]string, len(p.Agents))
	for i, agent := range p.Agents {
		out[i], _ = storedValue(agent)
	}
	return out
}

func (p *Person) accountIDs() []string {
	out := make([]string, len(p.Accounts))
	for i, a := range p.Accounts {
		out[i] = a.ID
	}
	return out
}

// identifiers is what the tombstone hashes.
func (p *Person) identifiers() []string {
	out := slices.Clone(p.Agents)
	for _, l := range p.Learners {
		out = append(out, "learner|"+l)
	}
	return out
}

// positions answers where statements name the person, in order; those that only refer to one that does too.
func (p *Person) positions(ctx context.Context, r reader) ([]int64, error) {
	var all []int64
	for id := range p.terms {
		for _, role := range agentRolesAll {
			var some []int64
			if err := r.Select(ctx, &some, `SELECT pos FROM statement_link WHERE term = ? AND role = ?`, id, int64(role)); err != nil {
				return nil, fmt.Errorf("sqlstore: find the statements of a person: %w", err)
			}
			all = append(all, some...)
		}
	}
	return ordered(all), nil
}
