package main

import (
	"context"

	"cairn/internal/diagnosis"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
)

// administration joins what the pages of those who run Cairn need. ctx ends what they work out.
func (w wiring) administration(ctx context.Context, store *sqlstore.Store, there *sqlstore.Frameworks) web.Administration {
	return web.Administration{Operators: store, Sites: learningSites{connections{store}}, Access: &access{wiring: w, store: store, tests: map[string]remoteTest{}}, People: personData{store}, Identities: w.identities(ctx, store, there), Frameworks: &frameworkVersions{wiring: w, store: store, there: there, effects: newVersionEffects(ctx, w.now)}}
}

// learningSites is web.LearningSites.
type learningSites struct{ connections }

// LearningSites answers the registrations, with their last launch that was accepted.
func (l learningSites) LearningSites(ctx context.Context) ([]web.LearningSite, error) {
	all, err := l.store.ListRegistrations(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]web.LearningSite, len(all))
	for i, r := range all {
		out[i] = web.LearningSite{ID: r.ID, Issuer: r.Issuer, ClientID: r.ClientID, Disabled: r.Disabled}
		launches, err := l.launches(ctx, r.ID, diagnosisLaunches)
		if err != nil {
			return nil, err
		}
		for _, one := range launches {
			if one.Result == diagnosis.Accepted && one.Time.After(out[i].Launched) {
				out[i].Launched = one.Time
			}
		}
	}
	return out, nil
}
