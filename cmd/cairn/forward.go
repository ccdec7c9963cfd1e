package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/xapi"
)

type forwardCmd struct {
	Add    forwardAddCmd    `cmd:"" help:"Forward statements to another record store."`
	List   forwardListCmd   `cmd:"" help:"List the targets and how far behind they are."`
	Status forwardStatusCmd `cmd:"" help:"Show one target, and what it refused for good."`
	Pause  forwardPauseCmd  `cmd:"" help:"Send a target nothing more until it goes on. Nothing is lost: the log waits."`
	Resume forwardResumeCmd `cmd:"" help:"Have a target go on now where it stood, also before its time after a failure."`
	Retry  forwardRetryCmd  `cmd:"" help:"Send a target once more what it refused for good."`
	Remove forwardRemoveCmd `cmd:"" help:"Forget a target, its secret, and the list of what it refused."`
}

type forwardAddCmd struct {
	remoteFlags
	Verb     string `placeholder:"IRI" help:"Only statements with this verb, and what voids them."`
	Activity string `placeholder:"IRI" help:"Only statements about this activity and what goes on after its IRI at one of / ? # &, and what voids them."`
	Own      bool   `help:"Only what Cairn emits itself."`
	From     string `enum:"start,now" default:"start" help:"start sends everything there is, now only what is stored from now on."`
}

// Run keeps a target. Servers that run begin within seconds.
func (c *forwardAddCmd) Run(p *program) error {
	for flag, iri := range map[string]string{"--verb": c.Verb, "--activity": c.Activity} {
		if iri != "" && !xapi.IsIRI(iri) {
			return refuse(exitUsage, "%s is no IRI: %q", flag, iri)
		}
	}
	return p.withStore(func(s *sqlstore.Store) error {
		r, err := c.remote(p)
		if err != nil {
			return err
		}
		t := pipeline.Target{ID: uuid.NewString(), Name: c.Name, Remote: r, Selection: pipeline.Selection{Verb: c.Verb, Activity: c.Activity, Own: c.Own}}
		if c.From == "now" {
			if t.Pos, err = s.Head(p.ctx); err != nil {
				return err
			}
		}
		if err := s.AddTarget(p.ctx, t); err != nil {
			return remoteError(err)
		}
		return p.sayRemote(t.ID, "added", "Added. A server that runs begins within seconds; see cairn forward status.")
	})
}

// sayRemote tells what was done to a target or source.
func (p *program) sayRemote(id, state, text string) error {
	if p.JSON {
		return printJSON(p.out, map[string]any{"id": id, "state": state})
	}
	_, err := fmt.Fprintln(p.out, text)
	return err
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

// targetView is what --json prints. Times are empty for what has not happened.
type targetView struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Endpoint   string     `json:"endpoint"`
	Key        string     `json:"key"`
	Verb       string     `json:"verb,omitzero"`
	Activity   string     `json:"activity,omitzero"`
	Own        bool       `json:"own"`
	State      string     `json:"state"` // current, behind, waiting (after a failure) or paused
	Position   int64      `json:"position"`
	Lag        int64      `json:"lag"` // entries of the log, whether they are to be sent or not
	LagSeconds int64      `json:"lag_seconds"`
	Sent       int64      `json:"sent"`
	Refused    int64      `json:"refused"`
	Created    string     `json:"created"`
	LastSent   string     `json:"last_sent,omitzero"`
	Next       string     `json:"next,omitzero"`
	Attempts   int        `json:"attempts"`
	Problem    string     `json:"problem,omitzero"`
	Dead       []deadView `json:"dead,omitzero"`
}

type deadView struct {
	Position  int64  `json:"position"`
	Statement string `json:"statement"`
	Status    int    `json:"status"`
	Problem   string `json:"problem"`
	At        string `json:"at"`
}

func viewTarget(i sqlstore.TargetInfo) targetView {
	v := targetView{
		ID: i.ID, Name: i.Name, Endpoint: i.Endpoint, Key: i.Key, Verb: i.Selection.Verb, Activity: i.Selection.Activity, Own: i.Selection.Own, State: "current",
		Position: i.Pos, Lag: i.Lag, LagSeconds: int64(i.Age.Seconds()), Sent: i.Sent, Refused: i.Dead, Created: stamp(i.Created), LastSent: stamp(i.LastSent),
		Attempts: i.Attempts, Problem: i.Problem,
	}
	switch {
	case !i.Paused.IsZero():
		v.State = "paused"
	case i.Problem != "":
		v.State, v.Next = "waiting", stamp(i.Due)
	case i.Lag > 0:
		v.State = "behind"
	}
	return v
}

type forwardListCmd struct{}

// Run prints the targets.
func (forwardListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := s.ListTargets(p.ctx)
		if err != nil {
			return err
		}
		views, rows := []targetView{}, [][]string{{"NAME", "STATE", "BEHIND", "SENT", "REFUSED", "NEXT", "PROBLEM", "ENDPOINT"}}
		for _, i := range all {
			v := viewTarget(i)
			views = append(views, v)
			rows = append(rows, []string{v.Name, v.State, fmt.Sprintf("%d, %s", v.Lag, age(i.Age)), strconv.FormatInt(v.Sent, 10), strconv.FormatInt(v.Refused, 10),
				firstOf(v.Next, "-"), firstOf(v.Problem, "-"), v.Endpoint})
		}
		if p.JSON {
			return printJSON(p.out, views)
		}
		return printTable(p.out, rows)
	})
}

// findTarget finds one by name or id.
func findTarget(p *program, s *sqlstore.Store, name string) (sqlstore.TargetInfo, error) {
	all, err := s.ListTargets(p.ctx)
	if err != nil {
		return sqlstore.TargetInfo{}, err
	}
	for _, i := range all {
		if i.Name == name || i.ID == name {
			return i, nil
		}
	}
	return sqlstore.TargetInfo{}, remoteError(fmt.Errorf("%w: %s", sqlstore.ErrRemoteUnknown, name))
}

type forwardStatusCmd struct {
	Target string `arg:"" help:"Name or id."`
	Limit  int    `default:"20" help:"At most so many refused statements, newest first."`
}

// Run prints one target.
func (c *forwardStatusCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findTarget(p, s, c.Target)
		if err != nil {
			return err
		}
		dead, err := s.DeadOf(p.ctx, found.ID, c.Limit)
		if err != nil {
			return err
		}
		v := viewTarget(found)
		rows := [][]string{
			{"name", v.Name}, {"endpoint", v.Endpoint}, {"key", v.Key}, {"state", v.State}, {"behind", fmt.Sprintf("%d entries of the log, %s", v.Lag, age(found.Age))},
			{"sent", strconv.FormatInt(v.Sent, 10)}, {"refused", strconv.FormatInt(v.Refused, 10)}, {"last sent", firstOf(v.LastSent, "never")},
			{"next", firstOf(v.Next, "-")}, {"problem", firstOf(v.Problem, "-")},
		}
		if len(dead) > 0 {
			rows = append(rows, nil, []string{"REFUSED", "STATUS", "AT", "WHY"})
		}
		for _, d := range dead {
			one := deadView{d.Pos, d.Statement, d.Status, d.Problem, stamp(d.At)}
			v.Dead = append(v.Dead, one)
			rows = append(rows, []string{one.Statement, strconv.Itoa(one.Status), one.At, one.Problem})
		}
		if p.JSON {
			return printJSON(p.out, v)
		}
		return printTable(p.out, rows)
	})
}

type forwardPauseCmd struct {
	Target string `arg:"" help:"Name or id."`
}

// Run pauses a target; what is being sent at this moment is still sent.
func (c *forwardPauseCmd) Run(p *program) error { return pauseTarget(p, c.Target, true, "Paused.") }

type forwardResumeCmd struct {
	Target string `arg:"" help:"Name or id."`
}

// Run has a target go on.
func (c *forwardResumeCmd) Run(p *program) error {
	return pauseTarget(p, c.Target, false, "It goes on. A server that runs begins within seconds.")
}

func pauseTarget(p *program, name string, pause bool, text string) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findTarget(p, s, name)
		if err != nil {
			return err
		}
		if err := s.PauseTarget(p.ctx, found.ID, pause); err != nil {
			return remoteError(err)
		}
		state := map[bool]string{true: "paused", false: "resumed"}[pause]
		return p.sayRemote(found.ID, state, text)
	})
}

type forwardRetryCmd struct {
	Target    string `arg:"" help:"Name or id."`
	Statement string `arg:"" optional:"" help:"Id of one statement; default: all that it refused."`
}

// Run has refused statements sent once more.
func (c *forwardRetryCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findTarget(p, s, c.Target)
		if err != nil {
			return err
		}
		n, err := s.RetryDead(p.ctx, found.ID, c.Statement)
		if err != nil {
			return err
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": found.ID, "statements": n})
		}
		_, err = fmt.Fprintf(p.out, "%d statements are sent once more. A server that runs sends them within seconds.\n", n)
		return err
	})
}

type forwardRemoveCmd struct {
	Target string `arg:"" help:"Name or id."`
}

// Run forgets a target.
func (c *forwardRemoveCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findTarget(p, s, c.Target)
		if err != nil {
			return err
		}
		if err := s.RemoveTarget(p.ctx, found.ID); err != nil {
			return remoteError(err)
		}
		return p.sayRemote(found.ID, "removed", "Removed.")
	})
}
