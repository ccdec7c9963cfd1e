package diagnosis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/lti"
)

// datedTransport notes how our clock stands to those of the servers that answer, by their Date headers (RFC 9110, 6.6.1).
type datedTransport struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex
	known bool
	ahead time.Duration // ours against theirs
}

func (t *datedTransport) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known = false
}

// RoundTrip sends on. The header has whole seconds, so on average it is half a second behind.
func (t *datedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	began := t.now()
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		took := t.now().Sub(began)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.known, t.ahead = true, began.Add(took/2).Sub(date.Add(500*time.Millisecond))
	}
	return answer, nil
}

// The tolerances of clocks: launches are refused beyond the second.
const (
	clockDoubt = 10 * time.Second
	clockBad   = 60 * time.Second
)

// Clock is how far the clocks are apart.
func (c *Checker) Clock() Finding {
	c.dated.mu.Lock()
	defer c.dated.mu.Unlock()
	f := Finding{Check: CheckClock, Result: Good}
	if !c.dated.known {
		f.Result, f.Says = Skipped, "the LMS told no time"
		return f
	}
	ahead := c.dated.ahead.Truncate(time.Second)
	f.Ahead = ahead
	switch {
	case ahead == 0:
		f.Says = "within a second of the LMS's"
	case ahead > 0:
		f.Says = fmt.Sprintf("%s ahead of the LMS's", ahead)
	default:
		f.Says = fmt.Sprintf("%s behind the LMS's", -ahead)
	}
	if ahead.Abs() > clockDoubt {
		f.Result, f.Do = Doubt, "set the clock that is wrong, by NTP (timedatectl shows ours); from a minute on launches are refused"
	}
	if ahead.Abs() > clockBad {
		f.Result = Bad
	}
	return f
}

// errStatus is an answer that is none.
var errStatus = errors.New("the answer is")

// get reads a small document.
func (c *Checker) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	answer, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 256<<10))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%w %d", errStatus, answer.StatusCode)
	}
	return body, err
}

// jwks is as much of a key set as is told to people.
type jwks struct {
	Keys []struct {
		ID   string `json:"kid"`
		Type string `json:"kty"`
	} `json:"keys"`
}

// KeySet is whether the LMS's keys can be read, and which of them are of use.
func (c *Checker) KeySet(ctx context.Context, r Subject) Finding {
	f := Finding{Check: CheckKeys, Result: Good}
	body, err := c.get(ctx, r.KeySetURL)
	if err != nil {
		f.Result, f.Says, f.Do = Bad, r.KeySetURL+" cannot be read: "+err.Error(), reach(err, "check the key set URL, and that this machine can reach the LMS")
		f.Why = whyNot(err)
		return f
	}
	var set jwks
	if err := json.Unmarshal(body, &set); err != nil {
		f.Result, f.Says, f.Do = Bad, r.KeySetURL+" does not answer a key set", "check the key set URL: it is not a page of the LMS but a list of keys as JSON"
		f.Why = NotKeys
		return f
	}
	var words []string
	fit := 0
	for _, k := range set.Keys {
		if _, err := c.keySets.Key(ctx, r.Registration, k.ID); err != nil {
			words = append(words, fmt.Sprintf("%q (%s) is of no use: %v", k.ID, k.Type, err))
			continue
		}
		fit++
		words = append(words, fmt.Sprintf("%q", k.ID))
	}
	f.Count = fit
	f.Says = fmt.Sprintf("%d keys: %s", len(set.Keys), strings.Join(words, "; "))
	if fit == 0 {
		f.Result, f.Do = Bad, "the LMS must publish an RSA key of 2048 bits or more, for signatures by RS256"
		f.Why = Unfit
	}
	return f
}

// reach says what to do about a call that our guard or the network refused.
func reach(err error, otherwise string) string {
	switch {
	case errors.Is(err, lti.ErrPlainHTTP), errors.Is(err, lti.ErrAddressForbidden):
		return "if this is right, name the host in CAIRN_ALLOW_PRIVATE_HOST"
	case errors.Is(err, lti.ErrRedirect):
		return "give the address that it redirects to: answers of another origin are not followed"
	}
	return otherwise
}

// whyNot is the kind of what went wrong with a call.
func whyNot(err error) Cause {
	var refused *lti.ServiceError
	switch {
	case errors.Is(err, lti.ErrPlainHTTP), errors.Is(err, lti.ErrAddressForbidden):
		return Guarded
	case errors.Is(err, lti.ErrRedirect):
		return Redirected
	case errors.Is(err, errStatus), errors.As(err, &refused) && refused.Status > 0:
		return Answered
	}
	return Unreachable
}

// OwnKeys is whether Cairn itself can be reached as the LMSs reach it.
func (c *Checker) OwnKeys(ctx context.Context) []Finding {
	f := Finding{Check: CheckOwnKeys, Result: Good}
	if c.baseURL == "" {
		f.Result, f.Says, f.Do = Skipped, "CAIRN_BASE_URL is not set", "set it as for the server"
		return []Finding{f}
	}
	address := c.baseURL + "/lti/keys"
	body, err := c.get(ctx, address)
	switch {
	case err != nil:
		f.Result, f.Says = Doubt, address+" cannot be read from here: "+err.Error()
		f.Do = reach(err, "LMSs read it from their own servers: check that Cairn runs, its name, its proxy and its certificate")
	case c.noKey != "":
		f.Result, f.Says, f.Do = Doubt, "it can be read, and the tool's key is not at hand to compare: "+c.noKey, "run the doctor with the CAIRN_TOOL_KEY_FILE and CAIRN_KEY_SECRET of the server"
	case !strings.Contains(string(body), c.signing.ID):
		f.Result, f.Says = Bad, address+" does not hold the key that signs, "+c.signing.ID
		f.Do = "another key file, or another server, answers there: compare CAIRN_TOOL_KEY_FILE and CAIRN_BASE_URL with the server's"
	default:
		f.Says = "it can be read and holds the key that signs, " + c.signing.ID
	}
	return []Finding{f}
}
