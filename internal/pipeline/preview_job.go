package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/mapping"
)

// PreviewStatus is how far a preview has come.
type PreviewStatus struct {
	Checked int  `json:"checked"` // learners looked at so far
	Of      int  `json:"of"`      // all of them; 0 while they are not counted yet
	Done    bool `json:"done"`
	// The rest is set when it is done. Err says why there is no answer.
	Preview Preview         `json:"preview,omitzero"`
	Changes []PreviewChange `json:"changes,omitzero"` // those with an effect, by learner; losses first when not all are kept
	More    bool            `json:"more,omitzero"`    // not all changes are kept: Previewer.Preview tells of each
	Err     error           `json:"-"`
}

// Previews runs previews beside the requests that ask for them, so that a page can wait a moment and then show how far one has come.
// What it knows is in memory: another process, asked for a preview it does not know, starts one of its own. It is safe for
// concurrent use.
type Previews struct {
	previewer Previewer
	ctx       context.Context
	turns     chan struct{} // taken by those that run

	mu   sync.Mutex
	jobs map[string]*previewJob
	all  sync.WaitGroup
}

type previewJob struct {
	status PreviewStatus
	done   chan struct{}
	ended  time.Time
}

const (
	previewsAtOnce = 2                // run; others wait their turn
	previewsKept   = 200              // remembered
	previewLife    = 10 * time.Minute // of an answer
	previewChanges = 2_000            // kept with an answer
)

// NewPreviews makes one. ctx ends every preview under way.
func NewPreviews(ctx context.Context, p Previewer) *Previews {
	return &Previews{previewer: p, ctx: ctx, turns: make(chan struct{}, previewsAtOnce), jobs: map[string]*previewJob{}}
}

// Start begins a preview for somebody and answers the id to ask for it with. The same one that is under way already is not begun again;
// one that is done is, since the data may have moved. It is false when there are too many.
func (p *Previews) Start(owner string, cs mapping.Changeset) (id string, ok bool) {
	id = PreviewID(owner, cs)
	p.mu.Lock()
	defer p.mu.Unlock()
	if job, known := p.jobs[id]; known && !job.status.Done {
		return id, true
	}
	p.forget()
	if len(p.jobs) >= previewsKept {
		return "", false
	}
	job := &previewJob{done: make(chan struct{})}
	p.jobs[id] = job
	p.all.Go(func() { p.run(job, cs) })
	return id, true
}

// Look answers how far a preview has come, once it is done or after waiting so long; false when it is not known.
func (p *Previews) Look(ctx context.Context, id string, wait time.Duration) (PreviewStatus, bool) {
	p.mu.Lock()
	job, known := p.jobs[id]
	p.mu.Unlock()
	if !known {
		return PreviewStatus{}, false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-job.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return job.status, true
}

// Wait returns when no preview is under way.
func (p *Previews) Wait() { p.all.Wait() }

// PreviewID is the id that Previews.Start answers: a digest of who asks, the scope and the edits. "" for text that is no UTF-8.
func PreviewID(owner string, cs mapping.Changeset) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", owner)
	if err := json.MarshalWrite(h, struct {
		Scope mapping.Scope
		Edits []mapping.Edit
	}{cs.Scope, cs.Edits}, json.Deterministic(true)); err != nil {
		return "" // text that is no UTF-8: nothing could be stored of it either
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// forget drops answers that are old. The lock is held.
func (p *Previews) forget() {
	now := p.previewer.Now()
	for id, job := range p.jobs {
		if job.status.Done && now.Sub(job.ended) > previewLife {
			delete(p.jobs, id)
		}
	}
}

func (p *Previews) run(job *previewJob, cs mapping.Changeset) {
	defer close(job.done)
	var kept keptChanges
	var shown Preview
	var err error
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
		shown, err = p.previewer.Preview(p.ctx, cs, kept.add, func(done, of int) { p.note(job, done, of) })
	case <-p.ctx.Done():
		err = p.ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	job.ended = p.previewer.Now()
	job.status = PreviewStatus{Checked: shown.Checked, Of: shown.Checked, Done: true, Preview: shown, Changes: kept.all, More: kept.more, Err: err}
}

func (p *Previews) note(job *previewJob, done, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	job.status.Checked, job.status.Of = done, of
}

// keptChanges keeps the changes with an effect, within bounds: a loss takes the place of the last change that is none.
type keptChanges struct {
	all  []PreviewChange
	more bool
}

func (k *keptChanges) add(c PreviewChange) error {
	switch {
	case c.Effect == EffectNone:
	case len(k.all) < previewChanges:
		k.all = append(k.all, c)
	default:
		k.more = true
		if c.Effect != EffectLose {
			return nil
		}
		for i, other := range slices.Backward(k.all) {
			if other.Effect != EffectLose {
				k.all = append(slices.Delete(k.all, i, i+1), c)
				return nil
			}
		}
	}
	return nil
}
