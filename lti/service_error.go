package lti

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// ErrForeignService says that a service address is on an origin that is not the platform's: no access token is sent there.
var ErrForeignService = errors.New("lti: the service is not on an origin of the registration (issuer, token endpoint, service origins)")

// ServiceError is a call to a platform that did not succeed. Status is 0 when there was no answer; Err then says why. It holds no
// token; Reason is the platform's own word, cut and without the values it repeats.
type ServiceError struct {
	Op         string // "token", "score", "line items", "roster" and the like
	Status     int
	RetryAfter time.Duration // what the platform asked for, 0 when it did not
	Reason     string
	Err        error
	limited    bool // a 403 that means "too fast"
}

// Error gives what was attempted and what came of it.
func (e *ServiceError) Error() string {
	text := "lti: " + e.Op
	if e.Status != 0 {
		text += fmt.Sprintf(": the platform answered %d", e.Status)
	}
	if e.Reason != "" {
		text += " " + quote(e.Reason)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap answers the cause.
func (e *ServiceError) Unwrap() error { return e.Err }

// Retryable says whether the same call may succeed later: the platform was not reached, was busy, or failed. What it refused, and
// what our guard refused, stays refused.
func (e *ServiceError) Retryable() bool {
	switch {
	case e.Status == 0:
		return !errors.Is(e.Err, ErrPlainHTTP) && !errors.Is(e.Err, ErrAddressForbidden) && !errors.Is(e.Err, ErrRedirect)
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooEarly:
		return true
	}
	return e.Status >= 500 && e.Status != http.StatusNotImplemented || e.limited
}

// Conflict says whether a score was refused because a newer one, or one of the same second, is there (AGS 2.0, 3.4.6). It may be
// sent again with a later timestamp.
func (e *ServiceError) Conflict() bool { return e.Status == http.StatusConflict }

// Gone says whether what was called is not there any more.
func (e *ServiceError) Gone() bool {
	return e.Status == http.StatusNotFound || e.Status == http.StatusGone
}

// maxErrorBody is as much of an error's body as is read, in bytes.
const maxErrorBody = 16 << 10

// serviceError reads what a platform says of a failure.
func serviceError(op string, answer *http.Response, now time.Time) *ServiceError {
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxErrorBody)) // a body that breaks off still tells its status
	e := &ServiceError{Op: op, Status: answer.StatusCode, RetryAfter: retryAfter(answer.Header.Get("Retry-After"), now)}
	e.Reason = failureReason(answer, body)
	if e.Status == http.StatusForbidden {
		spent, err := strconv.ParseFloat(answer.Header.Get("X-Rate-Limit-Remaining"), 64)
		e.limited = err == nil && spent <= 0 || strings.Contains(strings.ToLower(string(body)), "rate limit exceeded")
	}
	return e
}

// failureReason looks for a word of explanation in a JSON body, then in the status line, and in a body that is no JSON when the
// status line says nothing of its own. Moodle puts the whole score behind a brace there; people's data is cut off.
func failureReason(answer *http.Response, body []byte) string {
	var said struct {
		Error       text `json:"error"`
		Description text `json:"error_description"`
		Reason      text `json:"reason"`
		Message     text `json:"message"`
	}
	reason := ""
	readable := json.Unmarshal(body, &said) == nil
	if readable {
		for _, t := range []text{said.Error, said.Reason, said.Description, said.Message} {
			if t.good() && t.value != "" {
				reason = t.value
				break
			}
		}
	}
	if reason == "" {
		reason = strings.TrimSpace(strings.TrimPrefix(answer.Status, strconv.Itoa(answer.StatusCode)))
		if own := reason != "" && reason != http.StatusText(answer.StatusCode); !own && !readable {
			reason = cmp.Or(bodyReason(body), reason)
		}
	}
	reason, _, _ = strings.Cut(reason, "{")
	return reason
}

// What is kept of a body that is no JSON.
const (
	maxBodyReason = 120 // bytes
	maxBodyWord   = 31  // bytes; what is longer may be a token
)

// bodyReason takes the words of a text, and of what was meant to be JSON: Moodle pastes its sentence between quotes without escaping
// it. Pages have none; what follows a brace, addresses of people and what may be a token are left out.
func bodyReason(body []byte) string {
	said := strings.TrimLeft(string(body), "{[ \t\r\n")
	if strings.HasPrefix(said, "<") {
		return ""
	}
	said, _, _ = strings.Cut(said, "{")
	said = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("\"[]}", r):
			return -1
		case r < ' ' || r > '~':
			return ' '
		}
		return r
	}, said)
	words := strings.Fields(strings.ReplaceAll(said, " :", ":"))
	for i, w := range words {
		if strings.Contains(w, "@") || len(w) > maxBodyWord {
			words[i] = "-"
		}
	}
	said = strings.Join(words, " ")
	return strings.TrimSpace(said[:min(len(said), maxBodyReason)])
}

// maxRetryAfter bounds what a platform may ask for.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the header in both its forms (RFC 9110, 10.2.3).
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return min(at.Sub(now), maxRetryAfter)
	}
	return 0
}
