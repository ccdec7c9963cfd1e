package pipeline

import (
	"cmp"
	"context"
	"hash/maphash"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cairn/xapi"
)

// pass is one walk through what a source has, from the overlap to its end.
type pass struct {
	*Puller
	source      *Source
	from        *remote
	began       time.Time // Through when the pass began: older statements were counted by an earlier one
	attachments bool
	limit       int
	ordered     bool      // what came was in order of stored so far
	newest      time.Time // stored of what came, or the source's Through
	last        time.Time // stored of what came last
	ahead       time.Time // stored of what came, where that had not come yet when it was asked for
	again       time.Time // since when it was asked again for an answer that was too long
	seen        map[uint64]bool
}

// mostEmpty is how many pages without a statement may follow one another.
const mostEmpty = 10

func (p *Puller) pull(ctx context.Context, s *Source) error {
	secret, err := p.cfg.Open(s.Remote)
	if err != nil {
		return &notNow{"the secret cannot be opened: " + err.Error(), 0}
	}
	one := &pass{Puller: p, source: s, from: newRemote(s.Remote, secret, p.cfg.HTTP, p.cfg.Timeout, p.cfg.Now), began: s.Through,
		attachments: true, limit: p.cfg.Most, ordered: true, newest: s.Through}
	since := s.Through
	if !since.IsZero() {
		since = since.Add(-p.cfg.Overlap)
	}
	err = one.walk(ctx, since)
	if err == nil && !one.ahead.IsZero() {
		return &odd{"it says that it stored a statement at " + one.ahead.Format(time.RFC3339) + ", which has not come yet: a clock there is wrong"}
	}
	return err
}

// odd is what people should know of a source that was read to its end.
type odd struct{ problem string }

// Error is error.
func (o *odd) Error() string { return "pipeline: read to the end, but " + o.problem }

// walk reads page after page. An answer that is too long is asked for again in smaller pages, and at last without attachments.
func (p *pass) walk(ctx context.Context, since time.Time) error {
	address, empty := p.first(since), 0
	p.seen = map[uint64]bool{}
	for ctx.Err() == nil {
		if err := p.keepLease(ctx, *p.source); err != nil {
			return err
		}
		asked := p.cfg.Now()
		a := p.from.call(ctx, remoteRequest{address: address})
		if a.status == http.StatusOK && a.tooLong {
			if !p.smaller() {
				return &notNow{"one statement of it is too long an answer", 0}
			}
			address = p.first(p.restart(since))
			continue
		}
		page, err := p.understand(a)
		if err != nil {
			return err
		}
		page.at = cmp.Or(a.at, asked)
		if err := p.take(ctx, page, page.more == ""); err != nil || page.more == "" {
			return err
		}
		if empty = empty + 1; len(page.statements) > 0 {
			empty = 0
		}
		if address, err = p.next(page.more, empty); err != nil {
			return err
		}
		if !p.attachments { // only the one that was too long went without
			if p.attachments, address = true, p.first(p.restart(since)); !p.ordered || p.last.Equal(p.again) {
				return &notNow{"it cannot be asked for what follows a statement that is too long an answer", 0}
			}
			p.again = p.last
		}
	}
	return ctx.Err()
}

// smaller makes the next answer shorter; false when it cannot.
func (p *pass) smaller() bool {
	switch {
	case p.limit > 1:
		p.limit = max(1, p.limit/4)
	case p.attachments:
		p.attachments = false
	default:
		return false
	}
	return true
}

// restart is since when to ask again in a pass that was in order: after what came last.
func (p *pass) restart(since time.Time) time.Time {
	if p.ordered && p.last.After(since) {
		return p.last
	}
	return since
}

// first is the address of the first page (Communication 2.1.3).
func (p *pass) first(since time.Time) string {
	q := url.Values{"ascending": {"true"}, "limit": {strconv.Itoa(p.limit)}}
	if p.attachments {
		q.Set("attachments", "true")
	}
	for name, value := range map[string]string{"verb": p.source.Verb, "activity": p.source.Activity} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if !since.IsZero() {
		q.Set("since", since.UTC().Format(time.RFC3339Nano))
	}
	return "/statements?" + q.Encode()
}

// moreSeed makes the hashes by which more links of a pass are known again.
var moreSeed = maphash.MakeSeed()

// next follows a more link, on the same origin only, and never in a circle.
func (p *pass) next(more string, empty int) (string, error) {
	address, ok := p.from.sameOrigin(more)
	hash := maphash.String(moreSeed, address)
	switch {
	case !ok:
		return "", &notNow{"its more link leads to another origin, where the secret must not go", 0}
	case p.seen[hash], empty > mostEmpty:
		return "", &notNow{"its more links lead nowhere", 0}
	}
	p.seen[hash] = true
	return address, nil
}

// take stores a page, and keeps how far the source has been taken. While it answers in order, as was asked, that is to where the
// page before ended; else only at the end of the walk.
func (p *pass) take(ctx context.Context, page pulledPage, end bool) error {
	var note Pulled
	before := p.newest
	batch, old := p.prepare(page, &note)
	if err := p.keep(ctx, batch, old, &note); err != nil {
		return err
	}
	switch {
	case end:
		note.Through = p.newest
	case p.ordered:
		note.Through = before
	}
	if !page.through.IsZero() && page.through.Before(note.Through) { // more may become visible there
		note.Through = page.through
	}
	if !note.Through.After(p.source.Through) {
		note.Through = p.source.Through
		if note.Stored == 0 && note.Refused == 0 {
			return nil
		}
	}
	if note.Stored > 0 || note.Through.After(p.source.Through) {
		p.source.Attempts = 0
	}
	p.source.Through = note.Through
	return p.cfg.Sources.Note(context.WithoutCancel(ctx), *p.source, note)
}

// prepare makes the statements of a page ready; old says which are of the overlap.
func (p *pass) prepare(page pulledPage, note *Pulled) (batch []xapi.Prepared, old []bool) {
	authority := p.cfg.Authority(*p.source)
	for _, raw := range page.statements {
		stored := storedOf(raw)
		p.ordered = p.ordered && !stored.IsZero() && !stored.Before(p.last)
		p.last = stored
		early := stored.After(page.at) // else what is stored from now on would never be asked for
		switch {
		case early:
			p.ahead = stored
		case stored.After(p.newest):
			p.newest = stored
		}
		before := !p.began.IsZero() && (early || !stored.After(p.began))
		one, err := PrepareForeign(raw, authority)
		if err != nil {
			note.refuse(before, err)
			continue
		}
		for i := range one.Attachments {
			one.Attachments[i].Data = page.data[strings.ToLower(one.Attachments[i].SHA2)]
		}
		batch, old = append(batch, one), append(old, before)
	}
	return batch, old
}

// keep stores the batch.
func (p *pass) keep(ctx context.Context, batch []xapi.Prepared, old []bool, note *Pulled) error {
	if len(batch) == 0 {
		return nil
	}
	added, err := p.cfg.Sources.Take(context.WithoutCancel(ctx), *p.source, batch)
	if err != nil {
		return err
	}
	for i, a := range added {
		switch {
		case a.Err != nil:
			note.refuse(old[i], a.Err)
		case !a.Known && !a.Dropped:
			note.Stored++
		}
	}
	if note.Stored > 0 {
		p.cfg.Stored(note.Stored)
	}
	return nil
}

// refuse counts a refusal; one of the overlap was counted before.
func (n *Pulled) refuse(before bool, err error) {
	if !before {
		n.Refused++
		n.Refusal = spoken([]byte(err.Error()))
	}
}
