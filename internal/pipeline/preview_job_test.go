package pipeline_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"cairn/internal/pipeline"
)

func TestPreviewRunsBesideAndIsAskedFor(t *testing.T) {
	s := begin(t)
	s.event(pipeline.EntryLink, amara)
	s.tag("a1")
	s.does("01", completed, 1)
	hold, ctx := make(chan struct{}), context.Background()
	p := previewer(s.m, s.c)
	open := p.Frozen
	p.Frozen = func(ctx context.Context, f func(pipeline.Frozen) error) error { <-hold; return open(ctx, f) }
	jobs := pipeline.NewPreviews(ctx, p)
	id, ok := jobs.Start("amara", removal("a1"))
	again, _ := jobs.Start("amara", removal("a1"))
	other, _ := jobs.Start("kim", removal("a1"))
	if !ok || id != again || id == other {
		t.Errorf("ids %q, %q, %q", id, again, other)
	}
	if status, known := jobs.Look(ctx, id, 0); !known || status.Done {
		t.Errorf("under way: %+v, %v", status, known)
	}
	close(hold)
	status, known := jobs.Look(ctx, id, time.Minute)
	if !known || !status.Done || status.Err != nil || status.Checked != 1 || len(status.Changes) != 1 || status.Changes[0].Effect != pipeline.EffectLose || status.More {
		t.Errorf("done: %+v", status)
	}
	if _, known := jobs.Look(ctx, "none", 0); known {
		t.Error("an unknown preview is known")
	}
	jobs.Wait()
}

func TestPreviewThatFailsSaysSoAndMayBeStartedAgain(t *testing.T) {
	s := begin(t)
	p, broken := previewer(s.m, s.c), errors.New("database is away")
	open := p.Frozen
	fails := true
	p.Frozen = func(ctx context.Context, f func(pipeline.Frozen) error) error {
		if fails {
			return broken
		}
		return open(ctx, f)
	}
	jobs := pipeline.NewPreviews(context.Background(), p)
	id, _ := jobs.Start("amara", removal("a1"))
	if status, _ := jobs.Look(context.Background(), id, time.Minute); !errors.Is(status.Err, broken) || !status.Done {
		t.Errorf("it answers %+v", status)
	}
	jobs.Wait()
	fails = false
	jobs.Start("amara", removal("a1"))
	if status, _ := jobs.Look(context.Background(), id, time.Minute); status.Err != nil || !status.Done {
		t.Errorf("the second time it answers %+v", status)
	}
}

func TestPreviewsEndWithTheProcess(t *testing.T) {
	s := begin(t)
	ctx, stop := context.WithCancel(context.Background())
	p := previewer(s.m, s.c)
	p.Frozen = func(ctx context.Context, _ func(pipeline.Frozen) error) error { <-ctx.Done(); return ctx.Err() }
	jobs := pipeline.NewPreviews(ctx, p)
	for _, who := range []string{"a", "b", "c"} { // one of them waits its turn
		jobs.Start(who, removal("a1"))
	}
	stop()
	jobs.Wait()
}
