package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/mapping"
)

// operator is the author of what is done at the command line, in the log.
const operator = "operator"

type frameworkPublishCmd struct {
	ID      string `arg:"" help:"Short name of the framework."`
	Release string `placeholder:"TEXT" help:"Version; default: the draft saved last."`
	Reason  string `placeholder:"TEXT" help:"Why a retired version is in use again, for the log."`
}

// Run publishes a draft; where there is none, it takes a retired version into use again.
func (c *frameworkPublishCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		draft, err := s.FrameworkDraft(p.ctx, c.ID, c.Release)
		switch {
		case errors.Is(err, sqlstore.ErrFrameworkUnknown) && c.Release != "":
			return p.setState(s, c.ID, c.Release, mapping.VersionPublished, c.Reason)
		case errors.Is(err, sqlstore.ErrFrameworkUnknown):
			return refuse(exitRefused, "%q has no draft; --release names a retired version to be taken into use again", c.ID)
		case err != nil:
			return err
		}
		base := p.iriBase()
		if base == "" {
			return refuse(exitUsage, "set CAIRN_IRI_BASE or CAIRN_BASE_URL: it is what the identifiers of this framework begin with, for good")
		}
		published, err := s.PublishFramework(p.ctx, draft, base)
		if err != nil {
			return publicationRefused(err)
		}
		return p.tellState(draft.ID, draft.Version, mapping.VersionPublished, published)
	})
}

type frameworkRetireCmd struct {
	ID      string `arg:"" help:"Short name of the framework."`
	Release string `required:"" placeholder:"TEXT" help:"Version."`
	Reason  string `placeholder:"TEXT" help:"Why, for the log."`
}

// Run retires one version.
func (c *frameworkRetireCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error { return p.setState(s, c.ID, c.Release, mapping.VersionRetired, c.Reason) })
}

func (p *program) setState(s *sqlstore.Store, id, version string, to mapping.PublicationState, reason string) error {
	changed, err := s.SetFrameworkState(p.ctx, pipeline.FrameworkState{ID: id, Version: version, State: to, Author: operator, Reason: reason})
	if errors.Is(err, sqlstore.ErrFrameworkUnknown) {
		return refuse(exitRefused, "no framework is called %q in version %q; see cairn framework list", id, version)
	}
	if err != nil {
		return err
	}
	return p.tellState(id, version, to, changed)
}

func (p *program) tellState(id, version string, state mapping.PublicationState, changed bool) error {
	if p.JSON {
		return printJSON(p.out, struct {
			ID      string                   `json:"id"`
			Version string                   `json:"version"`
			State   mapping.PublicationState `json:"state"`
			Changed bool                     `json:"changed"`
		}{id, version, state, changed})
	}
	word := "is now"
	if !changed {
		word = "was already"
	}
	_, err := fmt.Fprintf(p.out, "%s, version %s, %s %s.\n", id, version, word, state)
	return err
}

type frameworkListCmd struct{}

// listed is a version in a list. Published or saved is set, by its state.
type listed struct {
	ID           string                   `json:"id"`
	Version      string                   `json:"version"`
	State        mapping.PublicationState `json:"state"`
	Title        string                   `json:"title"`
	IRIBase      string                   `json:"iri_base,omitzero"`
	Published    time.Time                `json:"published,omitzero"`
	Saved        time.Time                `json:"saved,omitzero"`
	Capabilities int                      `json:"capabilities"`
	Statements   int                      `json:"statements"`
}

// Run prints the published versions, then the drafts.
func (frameworkListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := listFrameworks(p, s)
		if err != nil {
			return err
		}
		if p.JSON {
			return printJSON(p.out, all)
		}
		rows := [][]string{{"ID", "VERSION", "STATE", "TITLE", "CAPABILITIES", "IRI BASE", "PUBLISHED"}}
		for _, f := range all {
			at := ""
			if !f.Published.IsZero() {
				at = f.Published.Format("2006-01-02 15:04")
			}
			rows = append(rows, []string{f.ID, f.Version, string(f.State), f.Title, strconv.Itoa(f.Capabilities), f.IRIBase, at})
		}
		return printTable(p.out, rows)
	})
}

func listFrameworks(p *program, s *sqlstore.Store) ([]listed, error) {
	published, err := s.ListFrameworks(p.ctx)
	if err != nil {
		return nil, err
	}
	drafts, err := s.FrameworkDrafts(p.ctx)
	if err != nil {
		return nil, err
	}
	out := []listed{}
	for _, f := range published {
		out = append(out, listed{ID: f.ID, Version: f.Version, State: f.State, Title: f.Title, IRIBase: f.IRIBase, Published: f.Published,
			Capabilities: f.Capabilities, Statements: f.Statements})
	}
	for _, d := range drafts {
		f := d.Framework
		out = append(out, listed{ID: f.ID, Version: f.Version, State: mapping.VersionDraft, Title: f.Title, Saved: d.Saved,
			Capabilities: len(mapping.NewCatalog(f, "").Tracked("")), Statements: f.Statements})
	}
	return out, nil
}
