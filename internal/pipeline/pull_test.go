package pipeline_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/pipeline"
)

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

// A statement that says it was stored in days to come does not take the place where to go on with it.
func TestPullGoesNoFurtherThanTheClockOfTheSource(t *testing.T) {
	const far = 1_234_567_899 // in 39 years
	for name, undated := range map[string]bool{"by its clock": false, "by ours where it tells none": true} {
		t.Run(name, func(t *testing.T) {
			p := newPulling(t, 3)
			if undated {
				p.answer = func(w http.ResponseWriter, _ *http.Request) bool { w.Header()["Date"] = nil; return false }
			}
			p.add(far)
			p.step()
			p.want(append(numbers(1, 3), "7899"), 3)
			if !strings.Contains(p.problem, "stored a statement at 2065-06-14") || !p.due.Equal(p.now.Add(p.source.Every)) {
				t.Errorf("problem %q, due %v", p.problem, p.due)
			}
			p.now = p.due
			p.list = slices.Insert(p.list, 3, there{epoch.Add(4 * time.Second), strings.ReplaceAll(p.list[2].json, "000000000003", "000000000004")})
			p.step()
			if got := p.order[len(p.order)-1]; got != numbers(4, 4)[0] {
				t.Errorf("what was stored since did not come: %v", p.order)
			}
		})
	}
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
		"half of it": func(_ *pulling, w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"statements":[`)
		},
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

func TestASourceThatNeverAnswersIsGivenUpForNow(t *testing.T) {
	p := newPulling(t, 3)
	p.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	}
	p.puller = pipeline.NewPuller(pipeline.PullerConfig{
		Sources: p, HTTP: http.DefaultClient, Now: func() time.Time { return p.now }, Logger: slog.New(slog.DiscardHandler), Timeout: 50 * time.Millisecond,
		Open: func(pipeline.Remote) (string, error) { return "secret", nil },
	})
	p.step()
	p.want(nil, 0)
	if p.problem == "" || !p.due.After(p.now) {
		t.Errorf("problem %q, due %v", p.problem, p.due)
	}
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

func TestPullThatGetsOnIsTriedAgainSoon(t *testing.T) {
	p := newPulling(t, 200)
	p.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		if p.pages%9 != 0 { // six are of the overlap
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	}
	for len(p.taken) < 200 {
		had := len(p.taken)
		p.step()
		if len(p.taken) == had || p.due.Sub(p.now) > p.source.Every {
			t.Fatalf("%d taken, due after %v: %s", len(p.taken), p.due.Sub(p.now), p.problem)
		}
		p.now = p.due
	}
	if p.noted.Stored != 200 {
		t.Errorf("noted %+v", p.noted)
	}
}
