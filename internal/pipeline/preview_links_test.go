package pipeline_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/mapping"
)

// TestPreviewOfLinksIsWhatRelinkingDoes: the preview names each change that ending some links and making others then makes.
func TestPreviewOfLinksIsWhatRelinkingDoes(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		w, m := newWorld(c), newMemory()
		p := projector(m, c, 5)
		for range rapid.IntRange(1, 30).Draw(t, "length") {
			w.pass(t, m)
			m.append(w.next(t))
		}
		for len(w.queue) > 0 {
			m.append(w.next(t))
		}
		drain(t, p)
		m.append(pipeline.Entry{Kind: pipeline.EntryClock, Body: []byte(`{}`)}) // what has ended is settled
		drain(t, p)
		var other pipeline.Relinking
		for _, l := range m.links {
			if rapid.Bool().Draw(t, "ends") {
				other.Gone = append(other.Gone, l)
			}
		}
		made := w.link(t)
		var l learner.Link
		if made.Kind == pipeline.EntryLink {
			l = w.links[len(w.links)-1]
			other.Made = append(other.Made, l)
		}
		said := map[pipeline.Pair]pipeline.PreviewChange{}
		if _, err := previewer(m, c).Links(context.Background(), other, func(c pipeline.PreviewChange) error {
			said[pipeline.Pair{Learner: c.Learner, Capability: c.Capability}] = c
			return nil
		}, nil); err != nil {
			t.Fatal(err)
		}
		before := map[pipeline.Pair]mapping.Progress{}
		for pair, was := range m.progress {
			before[pair] = was
		}
		if len(other.Made) > 0 { // first what comes: nobody loses in between what the others bring again
			m.append(event(t, pipeline.EntryLink, l))
		}
		for _, g := range other.Gone {
			m.append(event(t, pipeline.EntryUnlink, g.Link))
		}
		drain(t, p)
		for pair, after := range m.progress {
			want := said[pair]
			if want.Learner == "" {
				want.To, want.Percent = before[pair].On(time.Time{}, 0), before[pair].Percent
			}
			if after.State == "" {
				after.State = mapping.NotStarted
			}
			if lost := want.To == mapping.NotStarted || want.To == mapping.InProgress; after.State != want.To && !(after.State == mapping.Withdrawn && lost) {
				t.Fatalf("%v: the preview said %+v, relinking made %+v", pair, want, after)
			}
		}
	})
}
