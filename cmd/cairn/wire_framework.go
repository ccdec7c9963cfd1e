package main

import (
	"context"
	"errors"
	"path/filepath"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/mapping/interchange"
)

// frameworkVersions is web.FrameworkVersions. What versions do to learners is worked out by this process.
type frameworkVersions struct {
	wiring
	store   *sqlstore.Store
	there   *sqlstore.Frameworks
	effects *versionEffects
}

// importsLooked is how far back the reports of imports are looked for.
const importsLooked = 200

// Versions answers what is published or retired, then the drafts.
func (f *frameworkVersions) Versions(ctx context.Context) ([]web.FrameworkVersion, error) {
	published, err := f.store.ListFrameworks(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.there.Look(); err != nil {
		return nil, err
	}
	drafts, err := f.store.FrameworkDrafts(ctx)
	if err != nil {
		return nil, err
	}
	reports, err := f.reports(ctx)
	if err != nil {
		return nil, err
	}
	var out []web.FrameworkVersion
	for _, p := range published {
		v := web.FrameworkVersion{ID: p.ID, Version: p.Version, Title: p.Title, State: p.State, At: p.Published, Statements: p.Statements}
		f.compare(&v, mapping.Framework{})
		out = append(out, v)
	}
	for _, d := range drafts {
		v := web.FrameworkVersion{ID: d.Framework.ID, Version: d.Framework.Version, Title: d.Framework.Title, State: mapping.VersionDraft, At: d.Saved, Statements: d.Framework.Statements}
		f.compare(&v, d.Framework)
		out = append(out, v)
	}
	for i, v := range out {
		out[i].Report = reports[[2]string{v.ID, v.Version}]
	}
	return out, nil
}

// compare fills in what is in a version and what it changes. draft is its content where it is not published.
func (f *frameworkVersions) compare(v *web.FrameworkVersion, draft mapping.Framework) {
	now, inUse := f.there.Framework(v.ID)
	v.Items = mapping.NewCatalog(draft, "")
	if v.State == mapping.VersionDraft {
		v.Before = now
	} else if p, err := findFramework(f.there, v.ID, v.Version); err == nil {
		v.Items = p.Catalog
		v.Replaced = v.State == mapping.VersionPublished && now != p.Catalog
		if now == p.Catalog {
			v.Before = f.before(p.Catalog)
		}
	}
	v.Tracked, v.Included = len(v.Items.Tracked("")), wordedOf(v.Items)
	if inUse && v.Before != nil {
		d := mapping.Diff(v.Before.Framework, v.Items.Framework)
		v.Diff = &d
	}
}

// before is the version that was published last before one; nil for the first.
func (f *frameworkVersions) before(c *mapping.Catalog) *mapping.Catalog {
	later := false
	for _, p := range f.there.Publications() {
		if later && p.Catalog.ID == c.ID {
			return p.Catalog
		}
		later = later || p.Catalog == c
	}
	return nil
}

// reports answers the newest report of each version that was imported.
func (f *frameworkVersions) reports(ctx context.Context) (map[[2]string]*mapping.Fidelity, error) {
	out := map[[2]string]*mapping.Fidelity{}
	all, err := f.store.FrameworkImports(ctx, importsLooked)
	for _, i := range all {
		if key := [2]string{i.ID, i.Version}; out[key] == nil {
			out[key] = &i.Report
		}
	}
	return out, err
}

func (f *frameworkVersions) Imports(ctx context.Context, limit int) ([]web.FrameworkImport, error) {
	all, err := f.store.FrameworkImports(ctx, limit)
	out := make([]web.FrameworkImport, len(all))
	for i, one := range all {
		out[i] = web.FrameworkImport(one)
	}
	return out, err
}

// SetFates keeps the draft with what becomes of the items.
func (f *frameworkVersions) SetFates(ctx context.Context, id, version string, fates []web.ItemFate) error {
	draft, err := f.store.FrameworkDraft(ctx, id, version)
	if err != nil {
		return notFoundAs(err, sqlstore.ErrFrameworkUnknown)
	}
	for _, one := range fates {
		if draft, err = draft.WithFate(one.Item, one.Fate, one.Heirs); err != nil {
			return err
		}
	}
	if err := mapping.Validate(draft); err != nil {
		return err
	}
	return notFoundAs(f.store.SaveFrameworkDraft(ctx, draft), sqlstore.ErrFrameworkChanged)
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
	if err := f.store.NoteImport(ctx, sqlstore.FrameworkImport{ID: got.Framework.ID, Version: got.Framework.Version, File: name, Report: got.Report}); err != nil {
		return web.FrameworkVersion{}, err
	}
	return web.FrameworkVersion{ID: got.Framework.ID, Version: got.Framework.Version}, nil
}
