package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"cairn/internal/api"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// programs is what programs enter with a credential: the record store and the API, behind one door.
type programs struct{ records, api http.Handler }

// newPrograms joins both. ahead is the previews of the pages: so many run at once for both.
func (w wiring) newPrograms(statements lrs.Statements, s *sqlstore.Store, f *sqlstore.Frameworks, ahead previews, fresh freshness) (p programs, err error) {
	door := lrs.NewDoor(s, w.keys.links(), w.now)
	if p.records, err = w.newLRS(statements, s, door); err != nil {
		return p, err
	}
	p.api, err = w.newAPI(s.API(f), f, door, ahead, fresh)
	return p, err
}

func (w wiring) newAPI(data sqlstore.API, f *sqlstore.Frameworks, door *lrs.Door, ahead previews, fresh freshness) (http.Handler, error) {
	previewer := ahead.Previewer
	previewer.Append = data.Apply
	h, err := api.New(api.Config{
		Door: door, Frameworks: f, Alignments: data, Places: data, Records: data, Tracks: data, Wait: fresh.Wait,
		Previews: previewsOfPrograms{ahead.Previews, previewer},
		Now:      w.now, NewID: newStatementID, Key: w.keys.links(), Log: w.log, BaseURL: w.BaseURL, SmallestGroup: w.habits.SmallestGroup, Notice: w.habits.Notice,
	})
	if err != nil {
		return nil, fmt.Errorf("serve the API: %w", err)
	}
	return h, nil
}

// previewsOfPrograms is api.Previews.
type previewsOfPrograms struct {
	*pipeline.Previews
	previewer pipeline.Previewer
}

// Apply applies what a program was shown.
func (p previewsOfPrograms) Apply(ctx context.Context, cs mapping.Changeset, shown pipeline.Preview) (int64, pipeline.Preview, error) {
	return p.previewer.Apply(ctx, cs, shown)
}

func (p programs) mount(router *mux.Router) {
	router.MatcherFunc(under(recordsPrefix)).Handler(p.records)
	router.MatcherFunc(under(api.Prefix)).Handler(p.api)
}
