package pipeline_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/xapi"
)

// there is a statement in the other record store.
type there struct {
	stored time.Time
	json   string
}

// pulling is a source in memory, the record store behind it, and what was taken.
type pulling struct {
	*testing.T
	mu       sync.Mutex // the dispatcher, the worker and the record store have goroutines of their own
	source   pipeline.Source
	due      time.Time
	problem  string
	now      time.Time
	paused   bool
	noted    pipeline.Pulled // summed
	taken    map[string]xapi.Prepared
	order    []string
	conflict map[string]error
	told     int
	puller   *pipeline.Puller

	url       string
	list      []there
	most      int // of a page there
	pages     int
	big       int // octets of an answer with attachments that is too long: never, when 0
	data      string
	descends  bool
	through   time.Time
	questions []url.Values
	answer    func(w http.ResponseWriter, r *http.Request) (done bool)
}

func newPulling(t *testing.T, n int) *pulling {
	p := &pulling{T: t, now: epoch.Add(time.Hour), taken: map[string]xapi.Prepared{}, conflict: map[string]error{}, most: 100}
	for i := range n {
		p.add(i + 1)
	}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.url = server.URL
	p.source = pipeline.Source{ID: "s", Name: "other", Remote: pipeline.Remote{Endpoint: server.URL + "/xapi"}, Every: 30 * time.Second}
	p.puller = pipeline.NewPuller(pipeline.PullerConfig{
		Sources: p, HTTP: server.Client(), Now: func() time.Time { return p.now }, Logger: slog.New(slog.DiscardHandler), Holder: "h", Most: 10, Timeout: 5 * time.Second,
		Open:      func(pipeline.Remote) (string, error) { return "secret", nil },
		Authority: func(s pipeline.Source) xapi.Agent { return xapi.AccountAgent("https://cairn.example", "source/"+s.ID) },
		Stored:    func(n int) { p.told += n },
	})
	return p
}

// add stores a statement there, a second after the one before.
func (p *pulling) add(n int) {
	stored := epoch.Add(time.Duration(n) * time.Second)
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	p.list = append(p.list, there{stored, fmt.Sprintf(`{"id":%q,"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://example.org/v"},"object":{"id":"http://example.org/a"},
		"timestamp":"2026-01-01T00:00:00Z","stored":%q,"authority":{"mbox":"mailto:lrs@elsewhere.example"},"version":"1.0.3"}`, id, stored.Format(time.RFC3339Nano))})
}

func (p *pulling) Claim(_ context.Context, holder string, now, _ time.Time, except []string) (pipeline.Source, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.due.After(now) || p.paused || slices.Contains(except, "s") {
		return pipeline.Source{}, false, nil
	}
	p.source.Holder = holder
	p.due = now.Add(time.Hour) // the lease
	return p.source, true, nil
}

func (p *pulling) Keep(context.Context, pipeline.Source, time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused {
		return pipeline.ErrLeaseLost
	}
	return nil
}

func (p *pulling) Take(_ context.Context, _ pipeline.Source, batch []xapi.Prepared) ([]pipeline.Added, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]pipeline.Added, len(batch))
	for i, one := range batch {
		_, known := p.taken[one.ID]
		if out[i] = (pipeline.Added{Known: known, Err: p.conflict[one.ID]}); known || out[i].Err != nil {
			continue
		}
		p.taken[one.ID] = one
		p.order = append(p.order, strings.TrimLeft(one.ID[len(one.ID)-4:], "0"))
	}
	return out, nil
}

func (p *pulling) Note(_ context.Context, _ pipeline.Source, n pipeline.Pulled) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n.Stored > 0 || n.Through.After(p.source.Through) {
		p.source.Attempts = 0
	}
	p.source.Through = n.Through
	p.noted = pipeline.Pulled{Through: n.Through, Stored: p.noted.Stored + n.Stored, Refused: p.noted.Refused + n.Refused, Refusal: n.Refusal}
	return nil
}

func (p *pulling) Release(_ context.Context, _ pipeline.Source, next time.Time, problem string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due, p.problem = next, problem
	p.source.Attempts++
	if problem == "" {
		p.source.Attempts = 0
	}
	return nil
}

// ServeHTTP is the record store: pages with more links that name the place to go on.
func (p *pulling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pages++
	w.Header().Set("Date", p.now.Format(http.TimeFormat))
	q := r.URL.Query()
	p.questions = append(p.questions, q)
	if p.answer != nil && p.answer(w, r) {
		return
	}
	list := slices.Clone(p.list)
	if p.descends {
		slices.Reverse(list)
	}
	since, _ := time.Parse(time.RFC3339Nano, q.Get("since"))
	list = slices.DeleteFunc(list, func(s there) bool { return !s.stored.After(since) })
	from, _ := strconv.Atoi(q.Get("from"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	end := min(len(list), from+min(limit, p.most))
	more := ""
	if end < len(list) {
		q.Set("from", strconv.Itoa(end))
		more = "/xapi/statements?" + q.Encode()
	}
	texts := []string{}
	for _, s := range list[from:end] {
		texts = append(texts, s.json)
	}
	if !p.through.IsZero() {
		w.Header().Set("X-Experience-API-Consistent-Through", p.through.Format(time.RFC3339Nano))
	}
	body := fmt.Sprintf(`{"statements":[%s],"more":%q}`, strings.Join(texts, ","), more)
	if q.Get("attachments") != "true" || p.data == "" {
		_, _ = io.WriteString(w, body)
		return
	}
	w.Header().Set("Content-Type", "multipart/mixed; boundary=b")
	_, _ = fmt.Fprintf(w, "--b\r\nContent-Type: application/json\r\n\r\n%s\r\n", body)
	for hash, text := range map[string]string{p.data: p.data, "another": "not what its hash says"} {
		_, _ = fmt.Fprintf(w, "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: %X\r\n\r\n%s\r\n", sha256.Sum256([]byte(hash)), text)
	}
	if p.big > 0 && strings.Contains(body, `"sha2"`) {
		_, _ = io.WriteString(w, strings.Repeat("x", p.big))
	}
	_, _ = io.WriteString(w, "--b--\r\n")
}

func (p *pulling) step() {
	p.Helper()
	if err := p.puller.Step(context.Background()); err != nil {
		p.Fatal(err)
	}
	p.mu.Lock() // a request that we gave up is over, too
	defer p.mu.Unlock()
}

func (p *pulling) want(order []string, through int) {
	p.Helper()
	if diff := cmp.Diff(order, p.order); diff != "" {
		p.Errorf("taken (-want +got):\n%s", diff)
	}
	want := time.Time{}
	if through > 0 {
		want = epoch.Add(time.Duration(through) * time.Second)
	}
	if !p.source.Through.Equal(want) {
		p.Errorf("taken through %v, want %v", p.source.Through, want)
	}
}

// describe has a statement describe an attachment with the data.
func (p *pulling) describe(i int, data string) {
	p.data = data
	p.list[i].json = strings.TrimSuffix(p.list[i].json, "}") + fmt.Sprintf(`,"attachments":[{"usageType":"http://example.org/u","display":{"en":"d"},"contentType":"text/plain","length":%d,"sha2":"%x"}]}`,
		len(data), sha256.Sum256([]byte(data)))
}
