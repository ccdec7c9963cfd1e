package main

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

	"cairn/internal/sqlstore"
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

// clock is how far the clocks are apart.
func (d *doctor) clock() finding {
	d.dated.mu.Lock()
	defer d.dated.mu.Unlock()
	f := finding{Check: "clock", Result: good}
	if !d.dated.known {
		return finding{Check: "clock", Result: skipped, Says: "the LMS told no time"}
	}
	ahead := d.dated.ahead.Truncate(time.Second)
	switch {
	case ahead == 0:
		f.Says = "within a second of the LMS's"
	case ahead > 0:
		f.Says = fmt.Sprintf("%s ahead of the LMS's", ahead)
	default:
		f.Says = fmt.Sprintf("%s behind the LMS's", -ahead)
	}
	if ahead.Abs() > clockDoubt {
		f.Result, f.Do = doubt, "set the clock that is wrong, by NTP (timedatectl shows ours); from a minute on launches are refused"
	}
	if ahead.Abs() > clockBad {
		f.Result = bad
	}
	return f
}

// get reads a small document.
func (d *doctor) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	answer, err := d.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 256<<10))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("the answer is %d", answer.StatusCode)
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

// keySet is whether the LMS's keys can be read, and which of them are of use.
func (d *doctor) keySet(ctx context.Context, r sqlstore.Registration) finding {
	f := finding{Check: "key set of the LMS", Result: good}
	body, err := d.get(ctx, r.KeySetURL)
	if err != nil {
		f.Result, f.Says, f.Do = bad, r.KeySetURL+" cannot be read: "+err.Error(), reach(err, "check the key set URL, and that this machine can reach the LMS")
		return f
	}
	var set jwks
	if err := json.Unmarshal(body, &set); err != nil {
		f.Result, f.Says, f.Do = bad, r.KeySetURL+" does not answer a key set", "check the key set URL: it is not a page of the LMS but a list of keys as JSON"
		return f
	}
	var words []string
	fit := 0
	for _, k := range set.Keys {
		if _, err := d.keySets.Key(ctx, r.Registration, k.ID); err != nil {
			words = append(words, fmt.Sprintf("%q (%s) is of no use: %v", k.ID, k.Type, err))
			continue
		}
		fit++
		words = append(words, fmt.Sprintf("%q", k.ID))
	}
	f.Says = fmt.Sprintf("%d keys: %s", len(set.Keys), strings.Join(words, "; "))
	if fit == 0 {
		f.Result, f.Do = bad, "the LMS must publish an RSA key of 2048 bits or more, for signatures by RS256"
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

// wantedScopes are what Cairn asks of an LMS, and what is missing without each.
var wantedScopes = []struct{ scope, without string }{
	{lti.ScopeScore, "no scores reach the gradebook"},
	{lti.ScopeLineItem, "no gradebook columns can be made"},
	{lti.ScopeResultReadOnly, "scores cannot be read back"},
	{lti.ScopeMembership, "rosters cannot be read"},
}

// token is whether the LMS gives access tokens, and for what.
func (d *doctor) token(ctx context.Context, r sqlstore.Registration) finding {
	f := finding{Check: "access tokens", Result: skipped}
	if r.TokenEndpoint == "" {
		f.Says, f.Do = "no access token URL is registered: no scores, no rosters", "if the LMS has one, cairn registration set "+r.ID+" --token-url URL"
		return f
	}
	if d.tokens == nil {
		f.Says, f.Do = "the tool's key is not at hand: "+d.noKey, "run the doctor with the CAIRN_TOOL_KEY_FILE and CAIRN_KEY_SECRET of the server"
		return f
	}
	var granted, missing []string
	var failure error
	for _, w := range wantedScopes {
		switch _, err := d.tokens.Token(ctx, r.Registration, w.scope); {
		case err == nil:
			granted = append(granted, shortScope(w.scope))
		case aboutScope(err):
			missing = append(missing, shortScope(w.scope)+" ("+w.without+")")
		default:
			failure = err
		}
	}
	switch {
	case failure != nil && len(granted) == 0:
		return d.noToken(r, failure)
	case len(missing) == 0 && failure == nil:
		f.Result, f.Says = good, "given for "+strings.Join(granted, ", ")
	default:
		f.Result, f.Says = doubt, fmt.Sprintf("given for: %s; missing: %s", firstOf(strings.Join(granted, ", "), "nothing"), strings.Join(missing, ", "))
		f.Do = "in the LMS's settings of this tool allow Assignment and Grade Services and Names and Role Provisioning"
		if failure != nil {
			f.Says += "; and once: " + failure.Error()
		}
	}
	return f
}

// aboutScope says whether a token was refused for its scope alone. Moodle answers 401 to it, others 400, with a word of OAuth 2.0
// (RFC 6749, 5.2).
func aboutScope(err error) bool {
	var refused *lti.ServiceError
	return errors.Is(err, lti.ErrScopeRefused) || errors.As(err, &refused) && strings.Contains(strings.ToLower(refused.Reason), "scope")
}

// noToken is the finding when the LMS gives none at all.
func (d *doctor) noToken(r sqlstore.Registration, err error) finding {
	f := finding{Check: "access tokens", Result: bad, Says: "the LMS gives none: " + strings.TrimPrefix(err.Error(), "lti: ")}
	var refused *lti.ServiceError
	if errors.As(err, &refused) && refused.Status/100 == 4 && refused.Status != http.StatusNotFound {
		f.Do = fmt.Sprintf("the LMS does not accept our signature: from its own server it must be able to read %s/lti/keys (host, port and certificate), the client id must be %q, "+
			"a tool that registered itself must be switched on there, and some LMSs want another audience (cairn registration set %s --token-audience)", firstOf(d.BaseURL, "CAIRN_BASE_URL"), r.ClientID, r.ID)
		return f
	}
	f.Do = reach(err, "check the access token URL "+r.TokenEndpoint+", and that this machine can reach it")
	return f
}

func shortScope(scope string) string { return scope[strings.LastIndex(scope, "/")+1:] }

// tool is whether Cairn itself can be reached as the LMSs reach it.
func (d *doctor) tool(ctx context.Context) []finding {
	f := finding{Check: "Cairn's key set", Result: good}
	if d.BaseURL == "" {
		f.Result, f.Says, f.Do = skipped, "CAIRN_BASE_URL is not set", "set it as for the server"
		return []finding{f}
	}
	address := d.BaseURL + "/lti/keys"
	body, err := d.get(ctx, address)
	switch {
	case err != nil:
		f.Result, f.Says = doubt, address+" cannot be read from here: "+err.Error()
		f.Do = reach(err, "LMSs read it from their own servers: check that Cairn runs, its name, its proxy and its certificate")
	case d.noKey != "":
		f.Result, f.Says, f.Do = doubt, "it can be read, and the tool's key is not at hand to compare: "+d.noKey, "run the doctor with the CAIRN_TOOL_KEY_FILE and CAIRN_KEY_SECRET of the server"
	case !strings.Contains(string(body), d.signing.ID):
		f.Result, f.Says = bad, address+" does not hold the key that signs, "+d.signing.ID
		f.Do = "another key file, or another server, answers there: compare CAIRN_TOOL_KEY_FILE and CAIRN_BASE_URL with the server's"
	default:
		f.Says = "it can be read and holds the key that signs, " + d.signing.ID
	}
	return []finding{f}
}
