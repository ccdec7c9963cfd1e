package pipeline_test

import (
	"context"
	"crypto/sha256"
	"errors"
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

func TestPullsPageByPageAndEachStatementOnce(t *testing.T) {
	p := newPulling(t, 35)
	p.step()
	p.want(numbers(1, 35), 35)
	if p.pages != 4 || p.problem != "" || p.told != 35 || p.noted.Stored != 35 || !p.due.Equal(p.now.Add(30*time.Second)) {
		t.Errorf("%d pages, problem %q, told %d, %+v, due %v", p.pages, p.problem, p.told, p.noted, p.due)
	}
	first := p.taken[outgoing(1).ID]
	if text := string(first.JSON(epoch)); strings.Contains(text, "elsewhere") || !strings.Contains(text, "source/s") || !strings.Contains(text, "2026-01-01") {
		t.Errorf("kept %s", text)
	}
	p.add(36)
	p.now = p.due
	p.step()
	p.want(numbers(1, 36), 36)
	last := p.questions[len(p.questions)-1]
	if p.questions[0].Has("since") || p.questions[0].Get("ascending") != "true" || last.Get("since") == "" {
		t.Errorf("asked %v and then %v", p.questions[0], last)
	}
}

func TestPullOverlapsByTime(t *testing.T) {
	p := newPulling(t, 3)
	p.step()
	late := p.list[0] // it becomes visible late, with an earlier time
	late.json = strings.Replace(late.json, "000000000001", "000000000009", 1)
	p.list = append([]there{late}, p.list...)
	p.now = p.due
	p.step()
	p.want([]string{"1", "2", "3", "9"}, 3)
}

func TestPullGoesNoFurtherThanTheSourceIsConsistent(t *testing.T) {
	p := newPulling(t, 20)
	p.through = epoch.Add(12 * time.Second)
	p.step()
	p.want(numbers(1, 20), 12)
}

func TestPullResumesWhereItFailed(t *testing.T) {
	p := newPulling(t, 200)
	p.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if p.pages <= 15 {
			return false
		}
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	p.step()
	p.want(numbers(1, 150), 140) // the last page's order is confirmed by the next
	if p.problem == "" || !p.due.Equal(p.now.Add(10*time.Minute)) {
		t.Errorf("problem %q, due %v", p.problem, p.due)
	}
	p.answer, p.now = nil, p.due
	p.step()
	p.want(numbers(1, 200), 200)
	if since, _ := time.Parse(time.RFC3339Nano, p.questions[16].Get("since")); !since.Equal(epoch.Add(80 * time.Second)) {
		t.Errorf("went on since %v", since)
	}
}

func TestPullFromAStoreThatAnswersNewestFirst(t *testing.T) {
	p := newPulling(t, 30)
	p.descends = true
	p.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if p.pages == 2 {
			w.WriteHeader(http.StatusInternalServerError)
			return true
		}
		return false
	}
	p.step()
	if !p.source.Through.IsZero() {
		t.Errorf("taken through %v, though older ones are missing", p.source.Through)
	}
	p.now = p.due
	p.step()
	if len(p.taken) != 30 || !p.source.Through.Equal(epoch.Add(30*time.Second)) {
		t.Errorf("%d taken through %v", len(p.taken), p.source.Through)
	}
}

func TestPullRefusesWhatCannotBeStored(t *testing.T) {
	p := newPulling(t, 6)
	p.list[1].json = `{"id":7,"stored":"` + p.list[1].stored.Format(time.RFC3339Nano) + `"}`
	p.list[2].json = strings.Replace(p.list[2].json, `"actor"`, `"actor":{"mbox":"mailto:b@example.org"},"actor"`, 1)
	p.conflict[outgoing(4).ID] = errors.New("it differs")
	for range 3 {
		p.step()
		p.now = p.due
	}
	p.want([]string{"1", "5", "6"}, 6)
	if p.noted.Refused != 3 || p.noted.Stored != 3 {
		t.Errorf("noted %+v", p.noted)
	}
}

func TestPullWithAnswersThatCannotBeUsed(t *testing.T) {
	for name, answer := range map[string]func(p *pulling, w http.ResponseWriter){
		"500":      func(_ *pulling, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"401":      func(_ *pulling, w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) },
		"nonsense": func(_ *pulling, w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") },
		"no list":  func(_ *pulling, w http.ResponseWriter) { _, _ = io.WriteString(w, "{}") },
		"no parts": func(_ *pulling, w http.ResponseWriter) { w.Header().Set("Content-Type", "multipart/mixed; boundary=b") },
		"nothing":  func(*pulling, http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"elsewhere": func(_ *pulling, w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"statements":[],"more":"https://evil.example/xapi/statements"}`)
		},
		"other port": func(p *pulling, w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"statements":[],"more":"`+p.url[:len(p.url)-1]+`/more"}`)
		},
		"a circle": func(_ *pulling, w http.ResponseWriter) { _, _ = io.WriteString(w, `{"statements":[],"more":"/more"}`) },
		"no end": func(p *pulling, w http.ResponseWriter) {
			_, _ = fmt.Fprintf(w, `{"statements":[],"more":"/more?%d"}`, p.pages)
		},
		"too long": func(_ *pulling, w http.ResponseWriter) {
			for range 33 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPulling(t, 3)
			p.answer = func(w http.ResponseWriter, _ *http.Request) bool { answer(p, w); return true }
			p.step()
			p.want(nil, 0)
			if p.problem == "" || !p.due.After(p.now) || p.pages > 20 {
				t.Errorf("problem %q, due %v, %d pages", p.problem, p.due, p.pages)
			}
			p.answer, p.now = nil, p.due
			p.step()
			p.want(numbers(1, 3), 3)
		})
	}
}

// describe has a statement describe an attachment with the data.
func (p *pulling) describe(i int, data string) {
	p.data = data
	p.list[i].json = strings.TrimSuffix(p.list[i].json, "}") + fmt.Sprintf(`,"attachments":[{"usageType":"http://example.org/u","display":{"en":"d"},"contentType":"text/plain","length":%d,"sha2":"%x"}]}`,
		len(data), sha256.Sum256([]byte(data)))
}

func TestPullsAttachments(t *testing.T) {
	p := newPulling(t, 3)
	p.describe(1, "data")
	p.step()
	p.want(numbers(1, 3), 3)
	if got := p.taken[outgoing(2).ID].Attachments; len(got) != 1 || string(got[0].Data) != "data" {
		t.Errorf("attachments %v", got)
	}
}

func TestPullGoesOnAfterAnAttachmentThatIsTooLong(t *testing.T) {
	p := newPulling(t, 5)
	p.describe(2, "data")
	p.big = 33 << 20
	p.step()
	p.want(numbers(1, 5), 5)
	if got := p.taken[outgoing(3).ID].Attachments; len(got) != 1 || got[0].Data != nil || p.problem != "" {
		t.Errorf("attachments %v, problem %q", got, p.problem)
	}
}

func TestAPausedSourceIsLeftAlone(t *testing.T) {
	p := newPulling(t, 30)
	p.answer = func(http.ResponseWriter, *http.Request) bool { p.paused = true; return false }
	p.step()
	p.want(numbers(1, 10), 0)
}
