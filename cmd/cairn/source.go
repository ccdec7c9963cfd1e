package main

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
)

type sourceCmd struct {
	Add    sourceAddCmd             `cmd:"" help:"Pull statements from another record store."`
	List   remoteListCmd[sources]   `cmd:"" help:"List the sources and how far they have been taken."`
	Status sourceStatusCmd          `cmd:"" help:"Show one source."`
	Test   remoteTestCmd[sources]   `cmd:"" help:"Ask a source what it is and whether it lets us read, and say what it answered."`
	Set    remoteSetCmd[sources]    `cmd:"" help:"Give a source another key and secret. It goes on where it stood."`
	Pause  remotePauseCmd[sources]  `cmd:"" help:"Ask a source no more until it goes on. It goes on where it stood."`
	Resume remoteResumeCmd[sources] `cmd:"" help:"Have a source asked now, also before its time after a failure."`
	Remove remoteRemoveCmd[sources] `cmd:"" help:"Forget a source and its secret. What was pulled from it stays."`
}

// sources is the remoteKind of pulling.
type sources struct{}

func (sources) columns() []string {
	return []string{"NAME", "STATE", "THROUGH", "STORED", "REFUSED", "NEXT", "PROBLEM", "ENDPOINT"}
}

func (sources) mustRead() bool { return true }

func (sources) list(ctx context.Context, s *sqlstore.Store) ([]remoteInfo, error) {
	all, err := s.ListSources(ctx)
	out := make([]remoteInfo, len(all))
	for n, i := range all {
		v := viewSource(i)
		out[n] = remoteInfo{i.Remote, i.ID, i.Name, v, []string{v.Name, v.State, firstOf(v.Through, "-"), strconv.FormatInt(v.Stored, 10),
			strconv.FormatInt(v.Refused, 10), firstOf(v.Next, "-"), firstOf(v.Problem, "-"), v.Endpoint}}
	}
	return out, err
}

func (sources) pause(ctx context.Context, s *sqlstore.Store, id string, pause bool) error {
	return s.PauseSource(ctx, id, pause)
}

func (sources) remove(ctx context.Context, s *sqlstore.Store, id string) error {
	return s.RemoveSource(ctx, id)
}

func (sources) enter(ctx context.Context, s *sqlstore.Store, id string, r pipeline.Remote) error {
	return s.SetSourceKey(ctx, id, r.Key, r.Sealed)
}

type sourceAddCmd struct {
	remoteFlags
	Verb     string        `placeholder:"IRI" help:"Only statements with this verb, asked of the source."`
	Activity string        `placeholder:"IRI" help:"Only statements about this activity, asked of the source."`
	Every    time.Duration `default:"30s" placeholder:"TIME" help:"How often it is asked, 1s to 24h."`
	Since    time.Time     `placeholder:"TIME" help:"Only what it stored after this time; default: everything."`
}

// Run keeps a source. Servers that run begin within seconds.
func (c *sourceAddCmd) Run(p *program) error {
	if err := checkIRIs(map[string]string{"--verb": c.Verb, "--activity": c.Activity}); err != nil {
		return err
	}
	if c.Every < time.Second || c.Every > 24*time.Hour {
		return refuse(exitUsage, "--every is %s; it may be 1s to 24h", c.Every)
	}
	n := pipeline.Source{ID: uuid.NewString(), Name: c.Name, Verb: c.Verb, Activity: c.Activity, Every: c.Every, Through: c.Since}
	return addRemote[sources](p, c.remoteFlags, n.ID, func(s *sqlstore.Store, r pipeline.Remote) error {
		n.Remote = r
		return s.AddSource(p.ctx, n)
	})
}

// sourceView is what --json prints. Times are empty for what has not happened.
type sourceView struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Endpoint    string `json:"endpoint"`
	Key         string `json:"key"`
	Verb        string `json:"verb,omitzero"`
	Activity    string `json:"activity,omitzero"`
	Every       string `json:"every"`
	State       string `json:"state"` // current, waiting (after a failure) or paused
	Through     string `json:"through,omitzero"`
	Stored      int64  `json:"stored"`
	Refused     int64  `json:"refused"`
	LastRefusal string `json:"last_refusal,omitzero"`
	Created     string `json:"created"`
	LastAsked   string `json:"last_asked,omitzero"`
	Next        string `json:"next,omitzero"`
	Attempts    int    `json:"attempts"`
	Problem     string `json:"problem,omitzero"`
}

func viewSource(i sqlstore.SourceInfo) sourceView {
	v := sourceView{
		ID: i.ID, Name: i.Name, Endpoint: i.Endpoint, Key: i.Key, Verb: i.Verb, Activity: i.Activity, Every: i.Every.String(), State: "current", Through: stamp(i.Through),
		Stored: i.Stored, Refused: i.Refused, LastRefusal: i.LastRefusal, Created: stamp(i.Created), LastAsked: stamp(i.LastAsked), Next: stamp(i.Due),
		Attempts: i.Attempts, Problem: i.Problem,
	}
	switch {
	case !i.Paused.IsZero():
		v.State, v.Next = "paused", ""
	case i.Problem != "":
		v.State = "waiting"
	}
	return v
}

type sourceStatusCmd struct{ remoteName }

// Run prints one source.
func (c *sourceStatusCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findRemote[sources](p, s, c.Name)
		if err != nil {
			return err
		}
		v := found.view.(sourceView)
		if p.JSON {
			return printJSON(p.out, v)
		}
		return printTable(p.out, [][]string{
			{"name", v.Name}, {"endpoint", v.Endpoint}, {"key", v.Key}, {"takes", takes(v.Verb, v.Activity)}, {"state", v.State}, {"taken through", firstOf(v.Through, "-")},
			{"stored", strconv.FormatInt(v.Stored, 10)}, {"refused", strconv.FormatInt(v.Refused, 10)}, {"last refusal", firstOf(v.LastRefusal, "-")},
			{"last asked", firstOf(v.LastAsked, "never")}, {"next", firstOf(v.Next, "-")}, {"problem", firstOf(v.Problem, "-")},
		})
	})
}
