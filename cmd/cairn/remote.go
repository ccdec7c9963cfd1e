package main

import (
	"context"
	"errors"
	"fmt"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
)

// remoteKind is what tells targets of forwarding from sources of pulling, in the commands that both have.
type remoteKind interface {
	// list answers all, by name.
	list(ctx context.Context, s *sqlstore.Store) ([]remoteInfo, error)
	// columns is the head of their table.
	columns() []string
	pause(ctx context.Context, s *sqlstore.Store, id string, pause bool) error
	remove(ctx context.Context, s *sqlstore.Store, id string) error
	// enter keeps another key and secret of one.
	enter(ctx context.Context, s *sqlstore.Store, id string, r pipeline.Remote) error
	// mustRead says whether they are of no use with a key that may not read.
	mustRead() bool
}

// remoteInfo is a target or a source as those commands see it.
type remoteInfo struct {
	pipeline.Remote
	id, name string
	view     any      // what --json prints
	row      []string // of the table
}

// remoteName is the argument that names one.
type remoteName struct {
	Name string `arg:"" help:"Name or id."`
}

// findRemote finds one by name or id.
func findRemote[K remoteKind](p *program, s *sqlstore.Store, name string) (remoteInfo, error) {
	var kind K
	all, err := kind.list(p.ctx, s)
	if err != nil {
		return remoteInfo{}, err
	}
	for _, i := range all {
		if i.name == name || i.id == name {
			return i, nil
		}
	}
	return remoteInfo{}, remoteError(fmt.Errorf("%w: %s", sqlstore.ErrRemoteUnknown, name))
}

// remoteError gives the rules of targets and sources their exit code.
func remoteError(err error) error {
	for _, rule := range []error{sqlstore.ErrRemoteName, sqlstore.ErrRemoteUnknown} {
		if errors.Is(err, rule) {
			return &refusal{exitRefused, "nothing was changed", err}
		}
	}
	return err
}

type remoteListCmd[K remoteKind] struct{}

// Run prints all of them.
func (remoteListCmd[K]) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		var kind K
		all, err := kind.list(p.ctx, s)
		if err != nil {
			return err
		}
		views, rows := []any{}, [][]string{kind.columns()}
		for _, i := range all {
			views, rows = append(views, i.view), append(rows, i.row)
		}
		if p.JSON {
			return printJSON(p.out, views)
		}
		return printTable(p.out, rows)
	})
}

type remotePauseCmd[K remoteKind] struct{ remoteName }

// Run pauses one; what is on its way at this moment still arrives.
func (c *remotePauseCmd[K]) Run(p *program) error {
	var kind K
	return changeRemote[K](p, c.Name, "paused", "Paused.", func(s *sqlstore.Store, id string) error { return kind.pause(p.ctx, s, id, true) })
}

type remoteResumeCmd[K remoteKind] struct{ remoteName }

// Run has one go on.
func (c *remoteResumeCmd[K]) Run(p *program) error {
	var kind K
	return changeRemote[K](p, c.Name, "resumed", "It goes on. A server that runs begins within seconds.",
		func(s *sqlstore.Store, id string) error { return kind.pause(p.ctx, s, id, false) })
}

type remoteRemoveCmd[K remoteKind] struct{ remoteName }

// Run forgets one. Statements stay wherever they are.
func (c *remoteRemoveCmd[K]) Run(p *program) error {
	var kind K
	return changeRemote[K](p, c.Name, "removed", "Removed. Statements stay wherever they are.", func(s *sqlstore.Store, id string) error { return kind.remove(p.ctx, s, id) })
}

// changeRemote does something to the one that is named, and says so.
func changeRemote[K remoteKind](p *program, name, state, text string, change func(s *sqlstore.Store, id string) error) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findRemote[K](p, s, name)
		if err != nil {
			return err
		}
		if err := change(s, found.id); err != nil {
			return remoteError(err)
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": found.id, "state": state})
		}
		_, err = fmt.Fprintln(p.out, text)
		return err
	})
}

// takes says which statements go from one record store to the other.
func takes(verb, activity string) string {
	switch {
	case verb == "" && activity == "":
		return "all statements"
	case activity == "":
		return "statements with the verb " + verb
	case verb == "":
		return "statements about " + activity
	}
	return "statements with the verb " + verb + " about " + activity
}
