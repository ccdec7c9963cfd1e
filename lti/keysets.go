package lti

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// The times of the key-set cache. A platform's Cache-Control is followed between the bounds.
const (
	keySetMinAge     = 5 * time.Minute
	keySetMaxAge     = 24 * time.Hour
	keySetDefaultAge = time.Hour
	keySetInterval   = 30 * time.Second // between two reads of one key set, whatever asks for them
	keySetStale      = 24 * time.Hour   // how long an outdated set serves while the platform cannot be read
	keySetTimeout    = 10 * time.Second
	maxKeySet        = 256 << 10 // bytes
)

// KeySets reads the key sets of platforms and keeps them by address (Security 6.2 and 6.3). It follows Cache-Control; a key it does
// not know causes one new read, shared by all who miss it meanwhile, at most one in 30 seconds; when the platform cannot be read, the
// last set serves for a day more. The zero value is not usable: make it by NewKeySets.
type KeySets struct {
	client *http.Client
	now    func() time.Time
	flight singleflight.Group

	mu   sync.Mutex
	sets map[string]*cachedSet // by address; addresses come from registrations only, so their number is bounded
}

// cachedSet is the last state of one key set.
type cachedSet struct {
	set   keySet // nil before the first good read
	until time.Time
	tried time.Time
	err   error // of the last try
}

// NewKeySets makes a cache (Security 6.3) that reads by the client, which should be the guarded one.
func NewKeySets(client *http.Client, now func() time.Time) *KeySets {
	return &KeySets{client: client, now: now, sets: map[string]*cachedSet{}}
}

// Key answers the key of that name (Security 6.3). ErrKeySetUnavailable, ErrKeyUnknown, ErrKeyAmbiguous, ErrKeyUnfit, or the
// context's error.
func (k *KeySets) Key(ctx context.Context, reg Registration, kid string) (*rsa.PublicKey, error) {
	cached := k.cached(reg.KeySetURL)
	if cached.set != nil && k.now().Before(cached.until) {
		if key, err := cached.set.find(kid); !errors.Is(err, ErrKeyUnknown) {
			return key, err
		}
	}
	fresh, err := k.refresh(ctx, reg.KeySetURL)
	if err != nil {
		return nil, err
	}
	if fresh.set == nil || fresh.err != nil && !k.now().Before(fresh.until.Add(keySetStale)) {
		return nil, refuse(ErrKeySetUnavailable, reason(fresh.err))
	}
	key, err := fresh.set.find(kid)
	if fresh.err != nil && errors.Is(err, ErrKeyUnknown) { // it may well be in the set that could not be read
		return nil, refuse(ErrKeySetUnavailable, reason(fresh.err))
	}
	return key, err
}

func (k *KeySets) cached(address string) cachedSet {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.sets[address]; c != nil {
		return *c
	}
	return cachedSet{}
}

// refresh reads the set again unless that was tried a moment ago. The read belongs to all who wait for it: it has a time limit of its
// own and does not end with the request that began it.
func (k *KeySets) refresh(ctx context.Context, address string) (cachedSet, error) {
	shared := k.flight.DoChan(address, func() (any, error) {
		last := k.cached(address)
		if !last.tried.IsZero() && k.now().Sub(last.tried) < keySetInterval {
			return last, nil
		}
		return k.read(context.WithoutCancel(ctx), address, last), nil
	})
	select {
	case <-ctx.Done():
		return cachedSet{}, fmt.Errorf("lti: wait for a key set: %w", ctx.Err())
	case result := <-shared:
		return result.Val.(cachedSet), result.Err
	}
}

// read fetches the set and keeps the outcome; a failure leaves the last good set in place.
func (k *KeySets) read(ctx context.Context, address string, last cachedSet) cachedSet {
	ctx, cancel := context.WithTimeout(ctx, keySetTimeout)
	defer cancel()
	next := last
	next.tried = k.now()
	set, age, err := k.fetch(ctx, address)
	next.err = err
	if err == nil {
		next.set, next.until = set, next.tried.Add(age)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sets[address] = &next
	return next
}

func (k *KeySets) fetch(ctx context.Context, address string) (keySet, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, errors.New("the address of the key set is not usable")
	}
	request.Header.Set("Accept", "application/json, application/jwk-set+json")
	answer, err := k.client.Do(request)
	if err != nil {
		return nil, 0, fmt.Errorf("call the platform: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		io.Copy(io.Discard, io.LimitReader(answer.Body, 4<<10)) // so that the connection can be used again
		return nil, 0, fmt.Errorf("the platform answered %d", answer.StatusCode)
	}
	body, err := readBounded(answer.Body, maxKeySet)
	if err != nil {
		return nil, 0, err
	}
	set, err := parseKeySet(body)
	return set, cacheAge(answer.Header.Get("Cache-Control")), err
}

// cacheAge reads how long an answer may be kept (RFC 9111, 5.2.2), within our bounds.
func cacheAge(control string) time.Duration {
	age := keySetDefaultAge
	for directive := range strings.SplitSeq(control, ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache":
			return keySetMinAge
		case "max-age":
			if n, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil && n >= 0 {
				age = time.Duration(min(n, int(keySetMaxAge/time.Second))) * time.Second
			}
		}
	}
	return min(max(age, keySetMinAge), keySetMaxAge)
}

// reason tells a failed call in few words.
func reason(err error) string {
	if err == nil {
		return ""
	}
	var call *url.Error
	if errors.As(err, &call) {
		err = call.Err
	}
	return quote(err.Error())
}
