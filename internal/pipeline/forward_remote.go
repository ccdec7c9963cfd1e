package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"cairn/xapi"
)

// remote speaks to another record store with HTTP Basic. Redirects are not followed: they would take the secret along.
type remote struct {
	endpoint, key, secret string
	http                  *http.Client
	timeout               time.Duration
	now                   func() time.Time
}

// newRemote takes the client as it is but for redirects.
func newRemote(r Remote, secret string, client *http.Client, timeout time.Duration, now func() time.Time) *remote {
	plain := *client
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &remote{strings.TrimRight(r.Endpoint, "/"), r.Key, secret, &plain, timeout, now}
}

// answer is what a record store said. status 0 means that it was not reached; problem says why.
type answer struct {
	status  int
	kind    string // Content-Type
	body    []byte
	tooLong bool
	after   time.Duration // of Retry-After, 0 when it did not ask for time
	problem string        // never empty
	err     error         // why it was not reached
	through time.Time     // of X-Experience-API-Consistent-Through, zero when it is not said
	at      time.Time     // the end of the second that Date names (RFC 9110, 6.6.1), zero when it is not said
}

// maxRemoteAnswer bounds an answer in octets.
const maxRemoteAnswer = 32 << 20

// request is one call; body is nil for a GET.
type remoteRequest struct {
	address     string // whole, or a path below the endpoint
	body        []byte
	contentType string
	version     xapi.Version
}

// call sends a request. Nothing that goes wrong is an error of its own: it stands in the answer.
func (r *remote) call(ctx context.Context, q remoteRequest) answer {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	method, address := http.MethodGet, q.address
	if q.body != nil {
		method = http.MethodPost
	}
	if strings.HasPrefix(address, "/") {
		address = r.endpoint + address
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(q.body))
	if err != nil {
		return answer{problem: err.Error(), err: err}
	}
	req.SetBasicAuth(r.key, r.secret)
	req.Header.Set(xapi.VersionHeader, max(q.version, xapi.V1).String())
	if q.contentType != "" {
		req.Header.Set("Content-Type", q.contentType)
	}
	res, err := r.http.Do(req)
	if err != nil {
		return answer{problem: err.Error(), err: err}
	}
	defer func() { _ = res.Body.Close() }()
	return r.read(res)
}

func (r *remote) read(res *http.Response) answer {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxRemoteAnswer+1))
	if err != nil && len(body) < maxRemoteAnswer { // a client may bound answers itself, by an error
		return answer{problem: "the answer broke off: " + err.Error(), err: err}
	}
	a := answer{status: res.StatusCode, kind: res.Header.Get("Content-Type"), body: body, tooLong: len(body) > maxRemoteAnswer || err != nil,
		after: retryAfter(res.Header.Get("Retry-After"), r.now())}
	a.through, _ = time.Parse(time.RFC3339, res.Header.Get("X-Experience-API-Consistent-Through")) // zero when it is none
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		a.at = date.Add(time.Second - time.Nanosecond)
	}
	if a.tooLong {
		a.body = nil
	}
	a.problem = fmt.Sprintf("it answered %d", a.status)
	if to := res.Header.Get("Location"); to != "" && a.status/100 == 3 {
		a.problem += ", which leads to " + spoken([]byte(to)) + "; redirects are not followed, for they would take the secret along"
	}
	if said := spoken(a.body); said != "" && a.status >= http.StatusBadRequest {
		a.problem += ": " + said
	}
	return a
}

// spoken is the beginning of what was answered, for people to read.
func spoken(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), 300)]), "?")
	return strings.Join(strings.Fields(strings.Map(printable, text)), " ")
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// retryAfter reads the header (RFC 9110, 10.2.3): seconds or a date. It is a day at most.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, 86_400))*time.Second, day)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), day))
	}
	return 0
}

// sameOrigin resolves a link of an answer. ok is false when it leads elsewhere, where the secret must not go.
func (r *remote) sameOrigin(link string) (address string, ok bool) {
	base, err := url.Parse(r.endpoint + "/")
	if err != nil {
		return "", false
	}
	to, err := base.Parse(link)
	if err != nil || to.Scheme != base.Scheme || to.Host != base.Host || to.User != nil {
		return "", false
	}
	return to.String(), true
}
