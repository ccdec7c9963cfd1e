package main

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/mapping/interchange"
)

// frameworkVersions is web.FrameworkVersions. What imports kept is remembered by this process.
type frameworkVersions struct {
	wiring
	store *sqlstore.Store
	there *sqlstore.Frameworks

	mu      sync.Mutex
	reports map[[2]string]mapping.Fidelity // of imports by this process, by id and version
}

// Versions answers what is published or retired, then the drafts with what publishing them changes.
func (f *frameworkVersions) Versions(ctx context.Context) ([]web.FrameworkVersion, error) {
	var out []web.FrameworkVersion
	published, err := f.store.ListFrameworks(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.there.Look(); err != nil {
		return nil, err
	}
	worded := map[[2]string]int{}
	for _, c := range f.there.All() {
		worded[[2]string{c.ID, c.Version}] = wordedOf(c)
	}
	for _, p := range published {
		out = append(out, web.FrameworkVersion{ID: p.ID, Version: p.Version, Title: p.Title, State: p.State, At: p.Published, Tracked: p.Capabilities,
			Included: worded[[2]string{p.ID, p.Version}], Statements: p.Statements})
	}
	drafts, err := f.store.FrameworkDrafts(ctx)
	for _, d := range drafts {
		c := mapping.NewCatalog(d.Framework, "")
		v := web.FrameworkVersion{ID: c.ID, Version: c.Version, Title: c.Title, State: mapping.VersionDraft, At: d.Saved, Tracked: len(c.Tracked("")),
			Included: wordedOf(c), Statements: c.Statements}
		if now, ok := f.there.Framework(c.ID); ok {
			diff := mapping.Diff(now.Framework, d.Framework)
			v.Diff = &diff
		}
		f.mu.Lock()
		if report, ok := f.reports[[2]string{v.ID, v.Version}]; ok {
			v.Report = &report
		}
		f.mu.Unlock()
		out = append(out, v)
	}
	return out, err
}

// wordedOf counts the capabilities with a wording of their own: those that are no whole section at a level.
func wordedOf(c *mapping.Catalog) (n int) {
	for _, node := range c.Tracked("") {
		if node.Wording != mapping.WordingStructure {
			n++
		}
	}
	return n
}

func (f *frameworkVersions) Publish(ctx context.Context, id, version string) error {
	draft, err := f.store.FrameworkDraft(ctx, id, version)
	if err != nil {
		return notFoundAs(err, sqlstore.ErrFrameworkUnknown)
	}
	_, err = f.store.PublishFramework(ctx, draft, f.iriBase())
	if errors.Is(err, sqlstore.ErrFrameworkChanged) {
		return errors.Join(web.ErrTaken, err)
	}
	return err
}

func (f *frameworkVersions) SetState(ctx context.Context, id, version string, state mapping.PublicationState, reason string) error {
	_, err := f.store.SetFrameworkState(ctx, pipeline.FrameworkState{ID: id, Version: version, State: state, Author: operator, Reason: reason})
	return notFoundAs(err, sqlstore.ErrFrameworkUnknown)
}

// ImportDraft does what `cairn framework import --draft` does.
func (f *frameworkVersions) ImportDraft(ctx context.Context, m mapping.Meta, name string, data []byte) (web.FrameworkVersion, error) {
	name = filepath.Base(name)
	if err := f.there.Look(); err != nil {
		return web.FrameworkVersion{}, err
	}
	got, err := interchange.Read(m, name, data, newestOf(f.there))
	if err == nil {
		err = ownItems(&got, f.there, m.ID != "")
	}
	if err == nil {
		freshGUID(&got, f.there)
		err = f.store.SaveFrameworkDraft(ctx, got.Framework)
	}
	var refused *refusal
	if errors.As(err, &refused) || errors.Is(err, sqlstore.ErrFrameworkChanged) || errors.Is(err, sqlstore.ErrFrameworkField) {
		err = &mapping.ImportError{File: name, Problems: []mapping.Problem{{Where: "file", Message: err.Error()}}}
	}
	if err != nil {
		return web.FrameworkVersion{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reports[[2]string{got.Framework.ID, got.Framework.Version}] = got.Report
	return web.FrameworkVersion{ID: got.Framework.ID, Version: got.Framework.Version}, nil
}
