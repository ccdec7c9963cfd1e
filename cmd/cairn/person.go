package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"cairn/internal/sqlstore"
)

type personCmd struct {
	Find       personFindCmd       `cmd:"" help:"Say how much is kept about a person, by kind, and who else has copies."`
	Export     personExportCmd     `cmd:"" help:"Write everything that is kept about a person as JSON lines, attachments too."`
	Erase      personEraseCmd      `cmd:"" help:"Erase a person. What happened before stays out from then on; whoever comes back begins anew."`
	Join       personJoinCmd       `cmd:"" help:"Make the accounts of two learners those of one person. Progress goes together; it can be parted again."`
	Part       personPartCmd       `cmd:"" help:"Take an account from the others of its person again, with what it brought."`
	Tombstones personTombstonesCmd `cmd:"" help:"Who was erased, as keyed hashes: to erase them again after an older backup was restored."`
}

// personFlags say who is meant.
type personFlags struct {
	Learner string `placeholder:"ID" help:"By the id of the learner."`
	Issuer  string `placeholder:"URL" help:"By an LMS account: the LMS's issuer, with --subject."`
	Subject string `placeholder:"SUB" help:"And the LMS's id of the person (sub)."`
	Agent   string `placeholder:"AGENT" help:"By an xAPI agent: JSON, a mailto: address, or a key such as account|https://lms.example|4."`
}

func (f personFlags) who() (sqlstore.WhoIs, error) {
	named := 0
	for _, given := range []bool{f.Learner != "", f.Issuer != "" || f.Subject != "", f.Agent != ""} {
		if given {
			named++
		}
	}
	if named != 1 || (f.Issuer == "") != (f.Subject == "") {
		return sqlstore.WhoIs{}, refuse(exitUsage, "say who is meant in one way: --learner, --issuer with --subject, or --agent")
	}
	agent, err := agentKey(f.Agent)
	return sqlstore.WhoIs{Learner: f.Learner, Issuer: f.Issuer, Subject: f.Subject, Agent: agent}, err
}

// with runs a command on the person who is meant.
func (f personFlags) with(p *program, run func(*sqlstore.Store, sqlstore.Person) error) error {
	who, err := f.who()
	if err != nil {
		return err
	}
	return p.withStore(func(s *sqlstore.Store) error {
		person, err := s.Person(p.ctx, who)
		switch {
		case errors.Is(err, sqlstore.ErrNobody):
			near, err := s.NearMailboxes(p.ctx, person)
			if err != nil {
				return err
			}
			return refuse(exitRefused, "nothing here is about this person%s", nearly(near))
		case errors.Is(err, sqlstore.ErrManyPeople):
			return &refusal{exitRefused, "this does not say who is meant", err}
		case err != nil:
			return err
		}
		return run(s, person)
	})
}

type personFindCmd struct{ personFlags }

// held is what find and a dry run print with --json.
type held struct {
	Person sqlstore.Person `json:"person"`
	Near   []string        `json:"near,omitempty"` // mailboxes that differ in the case of letters alone
	sqlstore.Holding
}

// nearly tells of mailboxes that are written nearly the same.
func nearly(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return "; in the case of letters alone these differ, which are other agents in xAPI and were left: " + strings.Join(near, ", ")
}

// Run counts.
func (c *personFindCmd) Run(p *program) error {
	return c.with(p, func(s *sqlstore.Store, person sqlstore.Person) error {
		h, err := s.Holding(p.ctx, person)
		if err != nil {
			return err
		}
		return p.sayHeld(s, person, h)
	})
}

func (p *program) sayHeld(s *sqlstore.Store, person sqlstore.Person, h sqlstore.Holding) error {
	near, err := s.NearMailboxes(p.ctx, person)
	if err != nil {
		return err
	}
	if p.JSON {
		return printJSON(p.out, held{person, near, h})
	}
	rows := [][]string{{"KIND", "ROWS"}}
	for _, kind := range slices.Sorted(maps.Keys(h.Counts)) {
		rows = append(rows, []string{kind, fmt.Sprint(h.Counts[kind])})
	}
	if err := p.sayWho(person, near); err != nil {
		return err
	}
	if err := printTable(p.out, rows); err != nil {
		return err
	}
	return p.sayCopies(h.Copies)
}

func (p *program) sayWho(person sqlstore.Person, near []string) error {
	rows := [][]string{}
	for _, l := range person.Learners {
		rows = append(rows, []string{"learner", l})
	}
	for _, a := range person.Accounts {
		rows = append(rows, []string{"account", a.Issuer + " " + a.Subject + " " + a.Name})
	}
	for _, a := range person.Agents {
		rows = append(rows, []string{"agent", a})
	}
	for _, a := range person.Shared {
		rows = append(rows, []string{"shared, stays", a})
	}
	for _, a := range near {
		rows = append(rows, []string{"differs in case, stays", a})
	}
	return printTable(p.out, append(rows, []string{""}))
}

// sayCopies names who else has copies.
func (p *program) sayCopies(c sqlstore.Copies) error {
	for _, of := range []struct {
		what string
		who  []string
	}{
		{"Statements were forwarded to: %s. They keep their copies until they erase them.", c.Forwarded},
		{"Statements were taken from: %s. They still have them.", c.Pulled},
		{"The LMS keeps its own records and the scores it was sent: %s.", c.Platforms},
	} {
		if len(of.who) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(p.out, of.what+"\n", strings.Join(of.who, ", ")); err != nil {
			return err
		}
	}
	return nil
}

type personExportCmd struct {
	personFlags
	Output string `short:"o" required:"" placeholder:"FILE" help:"Where to write; .gz at its end packs it."`
}

// Run writes what is there at one moment.
func (c *personExportCmd) Run(p *program) error {
	return c.with(p, func(s *sqlstore.Store, person sqlstore.Person) error {
		out, err := createLines(c.Output)
		if err != nil {
			return err
		}
		lines := map[string]int64{}
		err = s.ExportPerson(p.ctx, person, func(line sqlstore.PersonLine) error {
			lines[line.Kind]++
			text, err := json.Marshal(line, json.Deterministic(true))
			if err != nil {
				return err
			}
			return out.Line(text)
		})
		if end := out.Close(); err == nil && end != nil {
			err = &refusal{exitFailure, "the export cannot be written", end}
		}
		if err != nil {
			return errors.Join(err, os.Remove(c.Output))
		}
		if p.JSON {
			return printJSON(p.out, lines)
		}
		total := int64(0)
		for _, n := range lines {
			total += n
		}
		_, err = fmt.Fprintf(p.out, "Wrote %d lines to %s.\n", total, c.Output)
		return err
	})
}
