package lti_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/lti"
)

// publisher is a platform that serves a key set and counts how often it is read.
type publisher struct {
	mu      sync.Mutex
	reads   int
	keys    string
	control string // Cache-Control
	status  int
	entered chan struct{} // told when a read has begun
	gate    chan struct{} // when not nil, a read waits for it
}

func (p *publisher) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	p.reads++
	answer := respond(p.status, "application/json", p.keys)
	answer.Header.Set("Cache-Control", p.control)
	gate, entered := p.gate, p.entered
	p.mu.Unlock()
	if gate != nil {
		entered <- struct{}{}
		<-gate
	}
	return answer, nil
}

func (p *publisher) set(change func(*publisher)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

func (p *publisher) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reads
}

func newKeySets(t *testing.T) (*lti.KeySets, *publisher, *clock) {
	p := &publisher{keys: keySetOf(t, "platform"), status: http.StatusOK}
	c := newClock()
	return lti.NewKeySets(&http.Client{Transport: p}, c.now), p, c
}

var platform = lti.Registration{ID: "reg-1", Issuer: issuer, ClientID: clientID, KeySetURL: issuer + "/keys"}

// want asks for a key and compares the outcome and the number of reads so far.
func wantKey(t *testing.T, k *lti.KeySets, kid string, want error, p *publisher, reads int) {
	t.Helper()
	if _, err := k.Key(t.Context(), platform, kid); !errors.Is(err, want) {
		t.Errorf("key %q: %v, want %v", kid, err, want)
	}
	if p.count() != reads {
		t.Errorf("the key set was read %d times, want %d", p.count(), reads)
	}
}

func TestKeySets_follow_cache_control_within_bounds(t *testing.T) {
	for control, ages := range map[string]struct{ kept, gone time.Duration }{
		"":                         {59 * time.Minute, time.Hour},
		"max-age=1800, public":     {29 * time.Minute, 30 * time.Minute},
		"max-age=1":                {4 * time.Minute, 5 * time.Minute},
		"max-age=99999999":         {23 * time.Hour, 24 * time.Hour},
		"max-age=99999999999999":   {23 * time.Hour, 24 * time.Hour},
		"no-store":                 {4 * time.Minute, 5 * time.Minute},
		"private, NO-CACHE":        {4 * time.Minute, 5 * time.Minute},
		"max-age=nonsense":         {59 * time.Minute, time.Hour},
		`max-age="600"`:            {9 * time.Minute, 10 * time.Minute},
		"max-age=-5":               {59 * time.Minute, time.Hour},
		"s-maxage=1, max-age=7200": {119 * time.Minute, 120 * time.Minute},
	} {
		t.Run(control, func(t *testing.T) {
			k, p, c := newKeySets(t)
			p.control = control
			wantKey(t, k, keyName, nil, p, 1)
			c.add(ages.kept)
			wantKey(t, k, keyName, nil, p, 1)
			c.add(ages.gone - ages.kept)
			wantKey(t, k, keyName, nil, p, 2)
		})
	}
}

func TestKeySets_unknown_key_reads_once_an_interval(t *testing.T) {
	k, p, c := newKeySets(t)
	wantKey(t, k, keyName, nil, p, 1)
	wantKey(t, k, "new", lti.ErrKeyUnknown, p, 1) // read a moment ago
	c.add(31 * time.Second)
	wantKey(t, k, "new", lti.ErrKeyUnknown, p, 2)
	for range 100 {
		wantKey(t, k, "newer", lti.ErrKeyUnknown, p, 2)
	}
	c.add(31 * time.Second)
	p.set(func(p *publisher) { p.keys = strings.ReplaceAll(p.keys, keyName, "new") })
	wantKey(t, k, "new", nil, p, 3) // rotated
	wantKey(t, k, keyName, lti.ErrKeyUnknown, p, 3)
}

func TestKeySets_concurrent_misses_share_one_read(t *testing.T) {
	k, p, c := newKeySets(t)
	wantKey(t, k, keyName, nil, p, 1)
	c.add(time.Minute)
	p.set(func(p *publisher) { p.gate, p.entered = make(chan struct{}), make(chan struct{}, 1) })
	const askers = 50
	results := make(chan error, askers)
	ask := func() {
		_, err := k.Key(context.Background(), platform, "new")
		results <- err
	}
	go ask()
	<-p.entered
	p.set(func(p *publisher) { p.keys = strings.ReplaceAll(p.keys, keyName, "new") })
	for range askers - 1 {
		go ask()
	}
	close(p.gate)
	for range askers {
		if err := <-results; !errors.Is(err, lti.ErrKeyUnknown) { // the set that was on its way did not have it yet
			t.Errorf("got %v", err)
		}
	}
	if p.count() != 2 {
		t.Errorf("%d reads, want 2", p.count())
	}
}

func TestKeySets_waiter_that_gives_up_does_not_end_the_read(t *testing.T) {
	k, p, _ := newKeySets(t)
	p.gate, p.entered = make(chan struct{}), make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := k.Key(ctx, platform, keyName)
		gone <- err
	}()
	<-p.entered
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(p.gate)
	p.set(func(p *publisher) { p.gate = nil })
	wantKey(t, k, keyName, nil, p, 1)
}

func TestKeySets_stale_set_serves_while_the_platform_is_down(t *testing.T) {
	k, p, c := newKeySets(t)
	wantKey(t, k, keyName, nil, p, 1)
	p.set(func(p *publisher) { p.status = http.StatusInternalServerError })
	c.add(61 * time.Minute)
	wantKey(t, k, keyName, nil, p, 2)
	wantKey(t, k, keyName, nil, p, 2) // no storm while it is down
	wantKey(t, k, "new", lti.ErrKeySetUnavailable, p, 2)
	c.add(25 * time.Hour)
	wantKey(t, k, keyName, lti.ErrKeySetUnavailable, p, 3)
	p.set(func(p *publisher) { p.status = http.StatusOK })
	c.add(time.Minute)
	wantKey(t, k, keyName, nil, p, 4)
}

func TestKeySets_bad_answers(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON": "<html>", "no keys": `{"other":1}`, "more than 256 KiB": `{"keys":[` + strings.Repeat(" ", 300<<10) + `]}`, "empty": "",
	} {
		t.Run(name, func(t *testing.T) {
			k, p, _ := newKeySets(t)
			p.keys = body
			_, err := k.Key(t.Context(), platform, keyName)
			if !errors.Is(err, lti.ErrKeySetUnavailable) && !errors.Is(err, lti.ErrKeyUnknown) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestKeySets_platforms_do_not_share_keys(t *testing.T) {
	k, p, _ := newKeySets(t)
	wantKey(t, k, keyName, nil, p, 1)
	p.set(func(p *publisher) { p.keys = keySetOf(t, "stranger") })
	other := lti.Registration{ID: "reg-2", KeySetURL: "https://other.example/keys"}
	key, err := k.Key(t.Context(), other, keyName)
	if err != nil || key.Equal(&platformKey().PublicKey) {
		t.Errorf("the other platform's key of the same name: %v", err)
	}
}
