package ltitest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Identify is how statements name a person.
type Identify string

// The ways the plugin can be set to name people.
const (
	ByUserID   Identify = "" // account of the LMS and the user id
	ByUsername Identify = "username"
	ByMailbox  Identify = "mbox"
)

// LRS is where the platform's activities send statements: the settings of the plugin.
type LRS struct {
	Endpoint    string // without "/statements"; "" keeps statements in memory only
	Key, Secret string // HTTP Basic
	Identify    Identify
	HomePage    string // of accounts; "" means the issuer
}

// Sent is one statement that the platform made.
type Sent struct {
	At        time.Time // of the last try
	Statement []byte    // JSON, as sent
	Status    int       // of the LRS's answer; 0 when there is no LRS or it could not be reached
	Failure   string    // what went wrong; "" when nothing did
	Waiting   bool      // it will be tried again by the next Flush
}

// ErrLRS says that the LRS refused statements or could not be reached.
var ErrLRS = errors.New("ltitest: the LRS did not take the statements")

// SetLRS changes where statements go, for an LRS whose address or credential is known only after the platform was made.
func (p *Platform) SetLRS(l LRS) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.config.LRS = l
}

// Sent answers every statement made, oldest first.
func (p *Platform) Sent() []Sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// emit puts statements in line; Flush sends them. Platform.mu must be held.
func (p *Platform) emit(statements ...object) {
	for _, s := range statements {
		body := must(json.Marshal(s, json.Deterministic(true)))
		p.sent = append(p.sent, Sent{At: p.config.Now(), Statement: body, Waiting: true})
	}
}

// maxBatch is the number of statements the plugin puts into one request.
const maxBatch = 30

// Flush sends the waiting statements, as the plugin's cron task does; what people do on the pages is flushed at once. An LRS
// that is away or overloaded is tried again by the next Flush; what it refuses is given up. ErrLRS.
func (p *Platform) Flush(ctx context.Context) error {
	p.flushing.Lock()
	defer p.flushing.Unlock()
	for {
		p.mu.Lock()
		lrs, batch := p.config.LRS, p.waiting()
		p.mu.Unlock()
		if len(batch) == 0 {
			return nil
		}
		status, err := p.post(ctx, lrs, batch)
		p.settle(batch, status, err)
		if err != nil {
			return err
		}
	}
}

// waiting answers the places of the next batch in p.sent.
func (p *Platform) waiting() []int {
	var out []int
	for i, s := range p.sent {
		if s.Waiting && len(out) < maxBatch {
			out = append(out, i)
		}
	}
	return out
}

func (p *Platform) settle(batch []int, status int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range batch {
		s := &p.sent[i]
		s.At, s.Status, s.Failure, s.Waiting = p.config.Now(), status, "", false
		if err != nil {
			s.Failure = err.Error()
			s.Waiting = status == 0 || status == http.StatusTooManyRequests || status >= 500
		}
	}
}

// post sends one batch as an array.
func (p *Platform) post(ctx context.Context, lrs LRS, batch []int) (int, error) {
	if lrs.Endpoint == "" {
		return 0, nil
	}
	p.mu.Lock()
	list := make([]jsontext.Value, len(batch))
	for n, i := range batch {
		list[n] = p.sent[i].Statement
	}
	p.mu.Unlock()
	url := strings.TrimSuffix(lrs.Endpoint, "/") + "/statements"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(must(json.Marshal(list))))
	if err != nil {
		return 0, fmt.Errorf("post statements to %s: %w", url, errors.Join(ErrLRS, err))
	}
	r.SetBasicAuth(lrs.Key, lrs.Secret)
	r.Header.Set("Content-Type", typeJSON)
	r.Header.Set("X-Experience-API-Version", "1.0.3")
	res, err := p.config.HTTP.Do(r)
	if err != nil {
		return 0, fmt.Errorf("post statements to %s: %w", url, errors.Join(ErrLRS, err))
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if res.StatusCode/100 != 2 {
		return res.StatusCode, fmt.Errorf("%s answered %d %s: %w", url, res.StatusCode, bytes.TrimSpace(answer), ErrLRS)
	}
	return res.StatusCode, nil
}
