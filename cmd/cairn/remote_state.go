package main

import (
	"context"
	"fmt"
	"time"

	"cairn/internal/diagnosis"
	"cairn/internal/sqlstore"
)

// remoteLate is how long a target or source may lie behind, without a problem of its own, until the doctor wonders whether a server
// runs.
const remoteLate = 10 * time.Minute

// remoteFindings tell how each target and source stands, from what is kept: nobody is asked.
func remoteFindings(ctx context.Context, s *sqlstore.Store, now time.Time) ([]diagnosis.Finding, error) {
	out := []diagnosis.Finding{}
	targets, err := s.ListTargets(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		out = append(out, targetFinding(t, viewTarget(t)))
	}
	sources, err := s.ListSources(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range sources {
		out = append(out, sourceFinding(o, viewSource(o), now))
	}
	return out, nil
}

func targetFinding(t sqlstore.TargetInfo, v targetView) diagnosis.Finding {
	f := diagnosis.Finding{Check: "forward " + t.Name, Result: diagnosis.Good}
	f.Says = fmt.Sprintf("%s; %d entries of the log behind (%s), %d statements sent, last %s, %d refused for good", v.State, v.Lag, age(t.Age), v.Sent,
		firstOf(v.LastSent, "never"), v.Refused)
	switch {
	case v.State == "paused":
		f.Result, f.Do = diagnosis.Doubt, "cairn forward resume "+t.Name
	case t.Problem != "":
		f.Result, f.Do = diagnosis.Doubt, "cairn forward test "+t.Name
		f.Says += fmt.Sprintf("; failed %d times, next %s: %s", t.Attempts, v.Next, t.Problem)
	case t.Lag > 0 && t.Age > remoteLate:
		f.Result, f.Do = diagnosis.Doubt, "see whether a server runs, and its log"
	case t.Dead > 0:
		f.Result, f.Do = diagnosis.Doubt, fmt.Sprintf("cairn forward status %s says why; retry sends them once more, dismiss takes them off the list", t.Name)
	}
	return f
}

func sourceFinding(o sqlstore.SourceInfo, v sourceView, now time.Time) diagnosis.Finding {
	f := diagnosis.Finding{Check: "source " + o.Name, Result: diagnosis.Good}
	f.Says = fmt.Sprintf("%s; taken through %s, %d statements stored, %d refused, last asked %s, next %s", v.State, firstOf(v.Through, "-"), v.Stored, v.Refused,
		firstOf(v.LastAsked, "never"), firstOf(v.Next, "-"))
	switch {
	case v.State == "paused":
		f.Result, f.Do = diagnosis.Doubt, "cairn source resume "+o.Name
	case o.Problem != "":
		f.Result, f.Do = diagnosis.Doubt, "cairn source test "+o.Name
		f.Says += fmt.Sprintf("; failed %d times: %s", o.Attempts, o.Problem)
	case now.Sub(laterOf(o.Due, o.Created)) > remoteLate:
		f.Result, f.Do = diagnosis.Doubt, "see whether a server runs, and its log"
	}
	return f
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
