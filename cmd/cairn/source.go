package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/xapi"
)

type sourceCmd struct {
	Add    sourceAddCmd    `cmd:"" help:"Pull statements from another record store."`
	List   sourceListCmd   `cmd:"" help:"List the sources and how far they have been taken."`
	Status sourceStatusCmd `cmd:"" help:"Show one source."`
	Pause  sourcePauseCmd  `cmd:"" help:"Ask a source no more until it goes on. It goes on where it stood."`
	Resume sourceResumeCmd `cmd:"" help:"Have a source asked now, also before its time after a failure."`
	Remove sourceRemoveCmd `cmd:"" help:"Forget a source and its secret. What was pulled from it stays."`
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
	for flag, iri := range map[string]string{"--verb": c.Verb, "--activity": c.Activity} {
		if iri != "" && !xapi.IsIRI(iri) {
			return refuse(exitUsage, "%s is no IRI: %q", flag, iri)
		}
	}
	if c.Every < time.Second || c.Every > 24*time.Hour {
		return refuse(exitUsage, "--every is %s; it may be 1s to 24h", c.Every)
	}
	return p.withStore(func(s *sqlstore.Store) error {
		r, err := c.remote(p)
		if err != nil {
			return err
		}
		n := pipeline.Source{ID: uuid.NewString(), Name: c.Name, Remote: r, Verb: c.Verb, Activity: c.Activity, Every: c.Every, Through: c.Since}
		if err := s.AddSource(p.ctx, n); err != nil {
			return remoteError(err)
		}
		return p.sayRemote(n.ID, "added", "Added. A server that runs begins within seconds; see cairn source status.")
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

type sourceListCmd struct{}

// Run prints the sources.
func (sourceListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := s.ListSources(p.ctx)
		if err != nil {
			return err
		}
		views, rows := []sourceView{}, [][]string{{"NAME", "STATE", "THROUGH", "STORED", "REFUSED", "NEXT", "PROBLEM", "ENDPOINT"}}
		for _, i := range all {
			v := viewSource(i)
			views = append(views, v)
			rows = append(rows, []string{v.Name, v.State, firstOf(v.Through, "-"), strconv.FormatInt(v.Stored, 10), strconv.FormatInt(v.Refused, 10),
				firstOf(v.Next, "-"), firstOf(v.Problem, "-"), v.Endpoint})
		}
		if p.JSON {
			return printJSON(p.out, views)
		}
		return printTable(p.out, rows)
	})
}

// findSource finds one by name or id.
func findSource(p *program, s *sqlstore.Store, name string) (sqlstore.SourceInfo, error) {
	all, err := s.ListSources(p.ctx)
	if err != nil {
		return sqlstore.SourceInfo{}, err
	}
	for _, i := range all {
		if i.Name == name || i.ID == name {
			return i, nil
		}
	}
	return sqlstore.SourceInfo{}, remoteError(fmt.Errorf("%w: %s", sqlstore.ErrRemoteUnknown, name))
}

type sourceStatusCmd struct {
	Source string `arg:"" help:"Name or id."`
}

// Run prints one source.
func (c *sourceStatusCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findSource(p, s, c.Source)
		if err != nil {
			return err
		}
		v := viewSource(found)
		if p.JSON {
			return printJSON(p.out, v)
		}
		return printTable(p.out, [][]string{
			{"name", v.Name}, {"endpoint", v.Endpoint}, {"key", v.Key}, {"state", v.State}, {"taken through", firstOf(v.Through, "-")},
			{"stored", strconv.FormatInt(v.Stored, 10)}, {"refused", strconv.FormatInt(v.Refused, 10)}, {"last refusal", firstOf(v.LastRefusal, "-")},
			{"last asked", firstOf(v.LastAsked, "never")}, {"next", firstOf(v.Next, "-")}, {"problem", firstOf(v.Problem, "-")},
		})
	})
}

type sourcePauseCmd struct {
	Source string `arg:"" help:"Name or id."`
}

// Run pauses a source; what was answered at this moment is still stored.
func (c *sourcePauseCmd) Run(p *program) error { return pauseSource(p, c.Source, true, "Paused.") }

type sourceResumeCmd struct {
	Source string `arg:"" help:"Name or id."`
}

// Run has a source asked again.
func (c *sourceResumeCmd) Run(p *program) error {
	return pauseSource(p, c.Source, false, "It goes on. A server that runs asks within seconds.")
}

func pauseSource(p *program, name string, pause bool, text string) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findSource(p, s, name)
		if err != nil {
			return err
		}
		if err := s.PauseSource(p.ctx, found.ID, pause); err != nil {
			return remoteError(err)
		}
		state := map[bool]string{true: "paused", false: "resumed"}[pause]
		return p.sayRemote(found.ID, state, text)
	})
}

type sourceRemoveCmd struct {
	Source string `arg:"" help:"Name or id."`
}

// Run forgets a source.
func (c *sourceRemoveCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findSource(p, s, c.Source)
		if err != nil {
			return err
		}
		if err := s.RemoveSource(p.ctx, found.ID); err != nil {
			return remoteError(err)
		}
		return p.sayRemote(found.ID, "removed", "Removed. What was pulled from it stays.")
	})
}
