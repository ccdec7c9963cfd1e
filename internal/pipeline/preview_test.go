package pipeline_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

func previewer(m *memory, c catalogs) pipeline.Previewer {
	return pipeline.Previewer{
		Frozen:   func(_ context.Context, f func(pipeline.Frozen) error) error { return f(frozen{m}) },
		Catalogs: c, Now: func() time.Time { return m.now },
		Append: func(_ context.Context, cs mapping.Changeset) (int64, error) {
			if last, _ := (frozen{m}).LastChangeset(context.Background(), cs.Scope); cs.After != nil && *cs.After != last {
				return 0, mapping.ErrMoved
			}
			raw, err := json.Marshal(cs)
			m.append(pipeline.Entry{Kind: pipeline.EntryChangeset, Body: raw})
			return int64(len(m.entries)), err
		},
	}
}

// TestPreviewIsWhatApplyingDoes: whatever the log holds and whatever the edit, the preview names each change that applying then
// makes, and no other (mapping.md, evidence 9).
func TestPreviewIsWhatApplyingDoes(t *testing.T) {
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
		cs := w.draw(t)
		changes := map[pipeline.Pair]pipeline.PreviewChange{}
		shown, err := previewer(m, c).Preview(context.Background(), cs, func(c pipeline.PreviewChange) error {
			changes[pipeline.Pair{Learner: c.Learner, Capability: c.Capability}] = c
			return nil
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		before := maps.Clone(m.progress)
		if _, _, err := previewer(m, c).Apply(context.Background(), cs, shown); err != nil {
			t.Fatal(err)
		}
		drain(t, p)
		lost := 0
		for pair, after := range m.progress {
			was, said := before[pair], changes[pair]
			if said.Learner == "" {
				said.To, said.Percent, said.Expires = was.On(time.Time{}, 0), was.Percent, was.Expires
			}
			if after.State != said.To || after.Percent != said.Percent || !after.Expires.Equal(said.Expires) {
				t.Fatalf("%v: the preview said %+v, applying made %+v", pair, said, after)
			}
			if was.State == mapping.Evidenced && after.State != mapping.Evidenced {
				lost++
			}
		}
		if lost != shown.Pairs.Lose {
			t.Fatalf("%d were lost, %d were shown", lost, shown.Pairs.Lose)
		}
	})
}

func (s *scenario) preview(cs mapping.Changeset) pipeline.Preview {
	s.Helper()
	shown, err := previewer(s.m, s.c).Preview(context.Background(), cs, nil, nil)
	if err != nil {
		s.Fatal(err)
	}
	return shown
}

func removal(id string) mapping.Changeset {
	return mapping.Changeset{ID: "cs-remove-" + id, At: epoch, Edits: []mapping.Edit{{Remove: id}}}
}

func TestPreviewCountsAndWritesNothing(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	entries, transitions := len(s.m.entries), len(s.m.transitions)
	shown := s.preview(removal("a1"))
	if shown.Checked != 1 || shown.Pairs.Lose != 1 || shown.People.Lose != 1 || shown.Same != 0 || len(shown.Capabilities) != 1 ||
		shown.Capabilities[0].Now != 1 || shown.Capabilities[0].Then != 0 {
		t.Errorf("shown: %+v", shown)
	}
	if len(s.m.entries) != entries || len(s.m.transitions) != transitions {
		t.Error("the preview wrote something")
	}
	if again := s.preview(removal("a1")); again.Fingerprint != shown.Fingerprint || shown.Fingerprint == "" {
		t.Errorf("the same effect has the fingerprints %s and %s", shown.Fingerprint, again.Fingerprint)
	}
	if other := s.preview(removal("a2")); other.Fingerprint == shown.Fingerprint || other.Checked != 0 {
		t.Errorf("an edit of what is not there: %+v", other)
	}
}

func TestApplyIsRefusedWhenMoreWouldBeLostThanWasShown(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	shown := s.preview(removal("a1"))
	s.does("01", completed, 1)
	_, now, err := previewer(s.m, s.c).Apply(context.Background(), removal("a1"), shown)
	if !errors.Is(err, pipeline.ErrMoreLose) || now.Pairs.Lose != 1 {
		t.Errorf("applied: %+v, %v", now, err)
	}
	shown = now
	s.tag("a2") // somebody else
	if _, _, err := previewer(s.m, s.c).Apply(context.Background(), removal("a1"), shown); !errors.Is(err, mapping.ErrMoved) {
		t.Errorf("applied after the alignments moved: %v", err)
	}
}

func TestCasesOfOneLearnerBeforeAndAfter(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.does("01", completed, 1)
	cs := mapping.Changeset{ID: "cs", At: epoch, Edits: []mapping.Edit{{Add: &mapping.Alignment{
		ID: "a1", Capability: s.capability(), Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: quiz}}}}}
	before, after, err := previewer(s.m, s.c).Cases(context.Background(), cs, amara.Learner, s.capability())
	if err != nil {
		t.Fatal(err)
	}
	if was, is := mapping.Evaluate(before), mapping.Evaluate(after); was.State != mapping.NotStarted || len(was.Items) != 0 || is.State != mapping.Evidenced {
		t.Errorf("before %+v, after %+v", was, is)
	}
}
