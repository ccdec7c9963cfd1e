package pipeline_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
)

func TestForwardsInOrderAndInBatches(t *testing.T) {
	f := newForwarding(t, 40)
	f.step()
	f.want(numbers(1, 40), nil, 40)
	if f.requests != 3 || f.problem != "" || f.released != 1 {
		t.Errorf("%d requests, %d releases, problem %q", f.requests, f.released, f.problem)
	}
	f.step()
	if f.requests != 3 {
		t.Error("what was taken is sent again")
	}
}

func TestOneBadStatementNeverStopsTheRest(t *testing.T) {
	for _, status := range []int{400, 413, 415, 422, 403} {
		f := newForwarding(t, 20)
		for _, n := range []int{1, 7, 8, 20} {
			f.bad[outgoing(n).ID] = status
		}
		f.step()
		if status == 403 { // the last page has nothing that was taken
			f.log = append(f.log, outgoing(21))
			f.now = f.due
			f.step()
		}
		slices.SortFunc(f.settled, func(a, b pipeline.Settled) int { return int(a.Pos - b.Pos) })
		f.want(numbers(1, len(f.log), 1, 7, 8, 20), []string{fmt.Sprint("1:", status), fmt.Sprint("7:", status), fmt.Sprint("8:", status), fmt.Sprint("20:", status)}, int64(len(f.log)))
		if d := f.settled[0].Dead[0]; d.Problem != fmt.Sprintf("it answered %d: no thanks", status) || d.Statement != outgoing(1).ID {
			t.Errorf("kept %+v", d)
		}
	}
}

func TestRefusalOfEverythingIsAboutTheCredential(t *testing.T) {
	f := newForwarding(t, 20)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true }
	f.step()
	f.want(nil, nil, 0)
	if f.problem == "" || !f.due.After(f.now) {
		t.Errorf("the problem is %q, due %v", f.problem, f.due)
	}
	f.answer, f.now = nil, f.due
	f.step()
	f.want(numbers(1, 20), nil, 20)
}

func TestWhatWasRefusedIsSentOnceMore(t *testing.T) {
	f := newForwarding(t, 6)
	for _, n := range []int{2, 3, 4} {
		f.bad[outgoing(n).ID] = http.StatusRequestEntityTooLarge
	}
	f.step()
	f.want(numbers(1, 6, 2, 3, 4), []string{"2:413", "3:413", "4:413"}, 6)
	delete(f.bad, outgoing(2).ID)
	f.bad[outgoing(3).ID] = http.StatusForbidden // in doubt, and alone: it must hold up nothing
	f.again, f.log = []int64{2, 3, 4}, append(f.log, outgoing(7))
	f.step()
	f.want([]string{"1", "5", "6", "2", "7"}, []string{"2:413", "3:413", "4:413", "3:403", "4:413"}, 7)
	if len(f.again) != 0 || f.problem != "" {
		t.Errorf("left are %v, problem %q", f.again, f.problem)
	}
}

func TestAConflictWithAnEqualStatementIsSuccess(t *testing.T) {
	f := newForwarding(t, 10)
	f.held[outgoing(3).ID] = strings.Replace(string(outgoing(3).JSON), "}", "}", 1)
	f.held[outgoing(4).ID] = strings.Replace(string(outgoing(4).JSON), "example.org/v", "example.org/other", 1)
	f.step()
	f.want(numbers(1, 10, 3, 4), []string{"4:409"}, 10)
}

func TestARefusalByWhatIsNoRecordStoreIsNotBelieved(t *testing.T) {
	f := newForwarding(t, 5)
	f.about = "<html>"
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadRequest); return true }
	f.step()
	f.want(nil, nil, 0)
	if !strings.Contains(f.problem, "/about") {
		t.Errorf("the problem is %q", f.problem)
	}
}

func TestATargetThatDoesNotServeIsTriedAgain(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"503": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"401": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"404": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example", http.StatusFound)
		},
		"nonsense":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>sign in</html>") },
		"other ids": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `["a"]`) },
		"nothing":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newForwarding(t, 20)
			f.answer = func(w http.ResponseWriter, r *http.Request) bool { answer(w, r); return true }
			began := f.now
			for f.now.Sub(began) < 24*time.Hour { // a day down
				f.step()
				f.want(nil, nil, 0)
				if f.problem == "" || !f.due.After(f.now) || f.due.Sub(f.now) > time.Hour {
					t.Fatalf("the problem is %q, due after %v", f.problem, f.due.Sub(f.now))
				}
				f.now = f.due
			}
			if f.target.Attempts > 50 {
				t.Errorf("%d attempts in a day", f.target.Attempts)
			}
			f.answer = nil
			f.step()
			f.want(numbers(1, 20), nil, 20)
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		want   time.Duration
	}{
		"seconds":     {"120", 2 * time.Minute},
		"a date":      {epoch.Add(10 * time.Minute).UTC().Format(http.TimeFormat), 10 * time.Minute},
		"a year":      {"31536000", 24 * time.Hour},
		"nonsense":    {"soon", 2 * time.Second},
		"in the past": {epoch.Add(-time.Hour).UTC().Format(http.TimeFormat), 2 * time.Second},
	} {
		f := newForwarding(t, 1)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", c.header)
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		f.step()
		if got := f.due.Sub(f.now).Round(time.Second); got != c.want {
			t.Errorf("%s: due after %v, want %v", name, got, c.want)
		}
		requests := f.requests
		f.step()
		if f.requests != requests {
			t.Errorf("%s: asked again before its time", name)
		}
	}
}

func TestAStatementThatTheTargetFailsOnIsFound(t *testing.T) {
	f := newForwarding(t, 12)
	f.bad[outgoing(5).ID] = http.StatusInternalServerError
	for range 7 {
		f.step()
		f.now = f.due
	}
	f.want(numbers(1, 12, 5), []string{"5:500"}, 12)
}

func TestWhatWasTakenBeforeAFailureIsNotSentAgain(t *testing.T) {
	f := newForwarding(t, 40)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if len(f.got) < 16 {
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	}
	f.step()
	f.want(numbers(1, 16), nil, 16)
	f.answer, f.now = nil, f.due
	f.step()
	f.want(numbers(1, 40), nil, 40)
}

func TestAPausedTargetIsLeftAlone(t *testing.T) {
	f := newForwarding(t, 40)
	f.answer = func(http.ResponseWriter, *http.Request) bool { f.paused = true; return false }
	f.step()
	f.want(numbers(1, 16), nil, 16)
}

func TestForwardsAttachments(t *testing.T) {
	f := newForwarding(t, 3)
	sha2 := strings.Repeat("AB", 32)
	f.log[1].JSON = append(f.log[1].JSON[:len(f.log[1].JSON)-1], `,"attachments":[{"usageType":"http://example.org/u","display":{"en":"d"},"contentType":"text/plain","length":4,"sha2":"`+sha2+`"}]}`...)
	f.data[2] = []pipeline.Data{{SHA2: strings.ToLower(sha2), Content: []byte("data")}}
	var parts []string
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		kind, p, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/mixed" {
			return false
		}
		body := multipart.NewReader(r.Body, p["boundary"])
		for {
			part, err := body.NextRawPart()
			if err != nil {
				break
			}
			content, _ := io.ReadAll(part)
			parts = append(parts, part.Header.Get("Content-Type")+" "+part.Header.Get("X-Experience-API-Hash")+" "+part.Header.Get("Content-Transfer-Encoding")+" "+string(content[:4]))
		}
		_, _ = fmt.Fprintf(w, "[%q]", f.log[1].ID)
		return true
	}
	f.step()
	f.want([]string{"1", "3"}, nil, 3)
	if diff := cmp.Diff([]string{`application/json   [{"i`, "text/plain " + sha2 + " binary data"}, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
}

func TestATargetThatNeverAnswersIsGivenUpForNow(t *testing.T) {
	f := newForwarding(t, 3)
	f.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that we leave
		<-r.Context().Done()
		return true
	}
	f.forward = pipeline.NewForwarder(pipeline.ForwarderConfig{
		Targets: f, HTTP: http.DefaultClient, Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler), Timeout: 50 * time.Millisecond,
		Open: func(r pipeline.Remote) (string, error) { return "secret of " + r.Sealed, nil },
	})
	f.step()
	f.want(nil, nil, 0)
	if f.problem == "" || !f.due.After(f.now) {
		t.Errorf("problem %q, due %v", f.problem, f.due)
	}
}

func TestALeaseIsProlongedWhileARequestTakesItsTime(t *testing.T) {
	f := newForwarding(t, 3)
	f.kept = make(chan struct{}, 1)
	f.answer = func(http.ResponseWriter, *http.Request) bool {
		f.mu.Unlock()
		defer f.mu.Lock()
		for range 4 { // before the request, and while it is under way
			<-f.kept
		}
		return false
	}
	f.forward = pipeline.NewForwarder(pipeline.ForwarderConfig{
		Targets: f, HTTP: http.DefaultClient, Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler), Lease: 9 * time.Millisecond,
		Open: func(r pipeline.Remote) (string, error) { return "secret of " + r.Sealed, nil },
	})
	f.step()
	f.want(numbers(1, 3), nil, 3)
}

func TestASecretThatCannotBeOpenedIsSaid(t *testing.T) {
	f := newForwarding(t, 3)
	f.forward = pipeline.NewForwarder(pipeline.ForwarderConfig{
		Targets: f, HTTP: http.DefaultClient, Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler),
		Open: func(pipeline.Remote) (string, error) { return "", errors.New("other keys") },
	})
	f.step()
	if f.requests != 0 || !strings.Contains(f.problem, "other keys") {
		t.Errorf("%d requests, problem %q", f.requests, f.problem)
	}
}
