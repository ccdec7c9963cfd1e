package web_test

import (
	"context"
	"slices"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// The people of the world.

func (w *world) Seen(_ context.Context, c web.Course) ([]web.Person, error) {
	if c.ID != "2" || c.Registration != "r1" {
		return nil, w.broken
	}
	return w.opened, w.broken
}

func (w *world) Figures(ctx context.Context, learners []string, parts map[string]string) (map[string]map[string]web.Figure, error) {
	out := map[string]map[string]web.Figure{}
	for _, l := range learners {
		all, err := w.Progress(ctx, l)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			part, ok := parts[p.Capability]
			if !ok || p.State != mapping.Evidenced && p.State != mapping.Expiring && p.State != mapping.InProgress {
				continue
			}
			if out[l] == nil {
				out[l] = map[string]web.Figure{}
			}
			f := out[l][part]
			if p.State == mapping.InProgress {
				f.InProgress++
			} else {
				f.Evidenced++
			}
			if p.State == mapping.Expiring {
				f.Expiring++
			}
			out[l][part] = f
		}
	}
	return out, nil
}

func (w *world) FiguresOn(ctx context.Context, learners []string, parts map[string]string, at time.Time) (map[string]map[string]web.Figure, error) {
	defer w.before(at)()
	return w.Figures(ctx, learners, parts)
}

func (w *world) StandingsOn(ctx context.Context, learners []string, at time.Time) (map[string]web.Standing, error) {
	defer w.before(at)()
	return w.Standings(ctx, learners)
}

// before leaves only evidence of before a time, until what it answers is called.
func (w *world) before(at time.Time) (after func()) {
	all := w.evidence
	w.evidence = map[string][]mapping.Evidence{}
	for learner, list := range all {
		for _, e := range list {
			if e.Record.Time.Before(at) {
				w.evidence[learner] = append(w.evidence[learner], e)
			}
		}
	}
	return func() { w.evidence = all }
}

func (w *world) Standings(ctx context.Context, learners []string) (map[string]web.Standing, error) {
	out := map[string]web.Standing{}
	for _, l := range learners {
		all, err := w.Progress(ctx, l)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			n := out[p.Capability]
			switch p.State {
			case mapping.InProgress:
				n.InProgress++
			case mapping.Evidenced:
				n.Evidenced++
			case mapping.Expired:
				n.Expired++
			case mapping.Withdrawn:
				n.Withdrawn++
			}
			out[p.Capability] = n
		}
	}
	return out, nil
}

func (w *world) People(_ context.Context, c web.Course, _ string) (web.CourseList, error) {
	if w.list == nil || c.ID != "2" || c.Registration != "r1" {
		return web.CourseList{}, web.ErrNotFound
	}
	return *w.list, w.broken
}

func (w *world) Nearest(ctx context.Context, learners []string, capability string) (string, error) {
	for _, l := range learners {
		all, err := w.Progress(ctx, l)
		if err != nil {
			return "", err
		}
		for _, p := range all {
			if p.Capability == capability {
				return l, nil
			}
		}
	}
	return "", nil
}

func (w *world) Expiring(_ context.Context, learners []string, from, until time.Time) ([]web.Expiry, error) {
	var out []web.Expiry
	for _, e := range w.expiries {
		if slices.Contains(learners, e.Learner) && e.At.After(from) && !e.At.After(until) {
			out = append(out, e)
		}
	}
	return out, w.broken
}
