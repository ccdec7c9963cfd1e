package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cairn/lti/ltitest"
	"cairn/mapping"
)

// walkTimeout bounds the whole journey, and patience one wait in it.
const (
	walkTimeout = 2 * time.Minute
	patience    = 20 * time.Second
)

// journey is what a learner, an author and the LMS do, one step after the other, each checked by what it left behind.
type journey struct {
	*demo
	program *program
	ctx     context.Context
	browser *http.Client // of the learner, with third-party cookies blocked
	page    string       // address of the learner's first page, ends in /me
	learner string       // id
	first   mapping.Node
	later   mapping.Node
	reading string // id of the statement that the reading was finished
}

type step struct {
	name string
	do   func() (recorded string, err error)
}

// walk does every step and says what it recorded. The first that fails ends it.
func (d *demo) walk(ctx context.Context, p *program) error {
	ctx, cancel := context.WithTimeout(ctx, walkTimeout)
	defer cancel()
	j := &journey{demo: d, program: p, ctx: ctx, browser: ltitest.NewBrowser(ltitest.PartitionedOnly)}
	var err error
	if j.first, err = d.capability(firstTagged); err != nil {
		return err
	}
	if j.later, err = d.capability(laterTagged); err != nil {
		return err
	}
	results := []stepResult{}
	for i, s := range j.steps() {
		recorded, err := s.do()
		r := stepResult{Step: i + 1, Name: s.name, Recorded: recorded, OK: err == nil}
		if err != nil {
			r.Problem = inWords(err.Error())
		}
		results = append(results, r)
		if !p.JSON {
			r.print(p)
		}
		if err != nil {
			break
		}
	}
	if p.JSON {
		if err := printJSON(p.out, results); err != nil {
			return err
		}
	}
	if last := results[len(results)-1]; !last.OK {
		return &refusal{exitFailure, fmt.Sprintf("step %d, %s, failed", last.Step, last.Name), errors.New(last.Problem)}
	}
	if !p.JSON {
		_, err = fmt.Fprintf(p.out, "\n%d steps, all as they should be.\n", len(results))
	}
	return err
}

// stepResult is one step as it is printed.
type stepResult struct {
	Step     int    `json:"step"`
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Recorded string `json:"recorded,omitzero"`
	Problem  string `json:"problem,omitzero"`
}

func (r stepResult) print(p *program) {
	mark, text := "ok  ", r.Recorded
	if !r.OK {
		mark, text = "FAIL", r.Problem
	}
	_, _ = fmt.Fprintf(p.out, "%2d %s %s\n        %s\n", r.Step, mark, r.Name, text)
}

func (j *journey) steps() []step {
	return []step{
		{"launch: a learner opens Cairn inside the LMS, third-party cookies blocked", j.launch},
		{"statement: the learner finishes an activity, and the LMS says so", j.finish},
		{"evidence: the statement counts towards the tagged capability", j.evidence},
		{"progress: the learner's page shows it", j.progress},
		{"emitted statement: others can read that it was achieved", j.emitted},
		{"score: the LMS's gradebook has it", func() (string, error) { return j.score(1) }},
		{"rating: the learner says how they see themselves, and nothing else changes", j.rate},
		{"untagged: a quiz is passed, and counts for nothing yet", j.quiz},
		{"retag: the author tags the quiz on Cairn's page", j.retag},
		{"new progress: what was passed before the tag counts at once", j.newProgress},
		{"score: it has grown", func() (string, error) { return j.score(2) }},
		{"void: the LMS takes the first statement back", j.void},
		{"credit gone: the capability is withdrawn, with its reason", j.creditGone},
		{"score: it has fallen", func() (string, error) { return j.score(1) }},
		{"replay: folding the log again gives the same, and emits nothing", j.replay},
	}
}

// settle waits until everything in the log, also what was emitted on the way, is projected.
func (j *journey) settle() error {
	ctx, cancel := context.WithTimeout(j.ctx, patience)
	defer cancel()
	for {
		head, err := j.store.Head(ctx)
		if err != nil {
			return err
		}
		if err := j.server.projector.Wait(ctx, head); err != nil {
			return fmt.Errorf("the projection did not reach position %d: %w", head, err)
		}
		if again, err := j.store.Head(ctx); err != nil || again == head {
			return err
		}
	}
}

// until asks again and again until the answer is yes, for as long as patience lasts.
func (j *journey) until(what string, yes func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(j.ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := yes(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not come within %s", what, patience)
		case <-tick.C:
		}
	}
}
