package web_test

import (
	"context"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/web"
)

// adminWorld is what the pages of the administration run on, in memory.
type adminWorld struct {
	*world
	codes map[string]bool // of links that were not used
	sites []web.LearningSite

	keys      []web.Key
	adminKept time.Duration // of the last renewal
	done      []string      // with forwards

	versions []web.FrameworkVersion
	moved    bool // the tags have changed since an effect was shown
	nobody   bool // loses evidence by a version
	gone     []pipeline.Erased
	forwards []web.Forward
	sealed   []web.NewForward
}

func (w *world) administration() web.Administration {
	w.admin = &adminWorld{world: w, codes: map[string]bool{"right": true}, sites: []web.LearningSite{
		{ID: "r1", Issuer: lms, ClientID: "c1", Launched: now.Add(-time.Minute)},
		{ID: "r2", Issuer: "https://other.example", ClientID: "c2"},
		{ID: "r3", Issuer: "https://third.example", ClientID: "c3", Disabled: true},
	}}
	w.admin.someAccess()
	w.admin.someVersions()
	return web.Administration{Operators: w.admin, Sites: w.admin, Access: w.admin, People: w.admin, Frameworks: w.admin, Identities: &identityWorld{adminWorld: w.admin}}
}

func (a *adminWorld) EnterOperator(_ context.Context, code string, s web.Session) error {
	if a.broken != nil {
		return a.broken
	}
	if !a.codes[code] {
		return web.ErrNotFound
	}
	delete(a.codes, code)
	a.sessions[s.Hash] = s
	return nil
}

func (a *adminWorld) LearningSites(context.Context) ([]web.LearningSite, error) {
	return a.sites, a.broken
}
