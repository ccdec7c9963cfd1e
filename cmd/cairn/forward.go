package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
)

type forwardCmd struct {
	Add     forwardAddCmd            `cmd:"" help:"Forward statements to another record store."`
	List    remoteListCmd[targets]   `cmd:"" help:"List the targets and how far behind they are."`
	Status  forwardStatusCmd         `cmd:"" help:"Show one target, and what it refused for good."`
	Test    remoteTestCmd[targets]   `cmd:"" help:"Ask a target what it is and whether it lets us in, and say what it answered."`
	Set     remoteSetCmd[targets]    `cmd:"" help:"Give a target another key and secret. It goes on where it stood."`
	Pause   remotePauseCmd[targets]  `cmd:"" help:"Send a target nothing more until it goes on. Nothing is lost: the log waits."`
	Resume  remoteResumeCmd[targets] `cmd:"" help:"Have a target go on now where it stood, also before its time after a failure."`
	Retry   forwardRetryCmd          `cmd:"" help:"Send a target once more what it refused for good."`
	Dismiss forwardDismissCmd        `cmd:"" help:"Take what a target refused for good off its list. It is not sent, and stays here."`
	Remove  remoteRemoveCmd[targets] `cmd:"" help:"Forget a target, its secret, and the list of what it refused."`
}

// targets is the remoteKind of forwarding.
type targets struct{}

func (targets) columns() []string {
	return []string{"NAME", "STATE", "BEHIND", "SENT", "REFUSED", "NEXT", "PROBLEM", "ENDPOINT"}
}

func (targets) mustRead() bool { return false }

func (targets) list(ctx context.Context, s *sqlstore.Store) ([]remoteInfo, error) {
	all, err := s.ListTargets(ctx)
	out := make([]remoteInfo, len(all))
	for n, i := range all {
		v := viewTarget(i)
		out[n] = remoteInfo{i.Remote, i.ID, i.Name, v, []string{v.Name, v.State, fmt.Sprintf("%d, %s", v.Lag, age(i.Age)), strconv.FormatInt(v.Sent, 10),
			strconv.FormatInt(v.Refused, 10), firstOf(v.Next, "-"), firstOf(v.Problem, "-"), v.Endpoint}}
	}
	return out, err
}

func (targets) pause(ctx context.Context, s *sqlstore.Store, id string, pause bool) error {
	return s.PauseTarget(ctx, id, pause)
}

func (targets) remove(ctx context.Context, s *sqlstore.Store, id string) error {
	return s.RemoveTarget(ctx, id)
}

func (targets) enter(ctx context.Context, s *sqlstore.Store, id string, r pipeline.Remote) error {
	return s.SetTargetKey(ctx, id, r.Key, r.Sealed)
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
	if err := checkIRIs(map[string]string{"--verb": c.Verb, "--activity": c.Activity}); err != nil {
		return err
	}
	t := pipeline.Target{ID: uuid.NewString(), Name: c.Name, Selection: pipeline.Selection{Verb: c.Verb, Activity: c.Activity, Own: c.Own}}
	return addRemote[targets](p, c.remoteFlags, t.ID, func(s *sqlstore.Store, r pipeline.Remote) (err error) {
		t.Remote = r
		if c.From == "now" {
			if t.Pos, err = s.Head(p.ctx); err != nil {
				return err
			}
		}
		return s.AddTarget(p.ctx, t)
	})
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

// takes says which statements a target is sent.
func (v targetView) takes() string {
	out := takes(v.Verb, v.Activity)
	if v.Own {
		out += ", of those Cairn emits itself"
	}
	return out
}

type forwardStatusCmd struct {
	remoteName
	Limit int `default:"20" help:"At most so many refused statements, newest first."`
}

// Run prints one target.
func (c *forwardStatusCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findRemote[targets](p, s, c.Name)
		if err != nil {
			return err
		}
		dead, err := s.DeadOf(p.ctx, found.id, c.Limit)
		if err != nil {
			return err
		}
		v := found.view.(targetView)
		rows := [][]string{
			{"name", v.Name}, {"endpoint", v.Endpoint}, {"key", v.Key}, {"takes", v.takes()}, {"state", v.State}, {"behind", fmt.Sprintf("%d entries of the log, %s", v.Lag, age(time.Duration(v.LagSeconds)*time.Second))},
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

// deadArgs name what a target refused.
type deadArgs struct {
	remoteName
	Statement string `arg:"" optional:"" help:"Id of one statement; default: all that it refused."`
}

type forwardRetryCmd struct{ deadArgs }

// Run has refused statements sent once more.
func (c *forwardRetryCmd) Run(p *program) error {
	return c.change(p, (*sqlstore.Store).RetryDead, "%d statements are sent once more. A server that runs sends them within seconds.\n")
}

type forwardDismissCmd struct{ deadArgs }

// Run takes refused statements off the list.
func (c *forwardDismissCmd) Run(p *program) error {
	return c.change(p, (*sqlstore.Store).DismissDead, "%d statements were taken off the list. They are not sent.\n")
}

// change does something to refused statements, and says to how many.
func (a deadArgs) change(p *program, do func(s *sqlstore.Store, ctx context.Context, target, statement string) (int64, error), text string) error {
	return p.withStore(func(s *sqlstore.Store) error {
		found, err := findRemote[targets](p, s, a.Name)
		if err != nil {
			return err
		}
		n, err := do(s, p.ctx, found.id, a.Statement)
		if err != nil {
			return err
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"id": found.id, "statements": n})
		}
		_, err = fmt.Fprintf(p.out, text, n)
		return err
	})
}
