package lrs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// refusing is a store that answers an error of its own.
type refusing struct {
	*fake
	err error
}

func (r refusing) Add(context.Context, lrs.Credential, []xapi.Prepared) error { return r.err }

func TestReferencesThatMultiplyAreTheSendersFault(t *testing.T) {
	s := serve(t, func(c *lrs.Config) { c.Statements = refusing{&fake{}, lrs.ErrReferences} })
	s.refused(t, call{method: "POST", path: statements, body: statement(1, "")}, 400, "references_too_many")
}

// slow is a store that holds large batches until it is told.
type slow struct {
	*fake
	began, end chan struct{}
}

func (s slow) Add(_ context.Context, _ lrs.Credential, batch []xapi.Prepared) error {
	if len(batch[0].JSON(start)) > 1<<20 {
		s.began <- struct{}{}
		<-s.end
	}
	return nil
}

// padded is a statement of more than so many octets.
func padded(octets int) string {
	return statement(1, `"context":{"extensions":{"http://e.example/text":"`+strings.Repeat("x", octets)+`"}},`)
}

func TestLargeBodiesWaitForEachOther(t *testing.T) {
	store := slow{&fake{}, make(chan struct{}), make(chan struct{})}
	s := serve(t, func(c *lrs.Config) { c.Statements, c.MaxBody = store, 3<<20 })
	large := call{method: "POST", path: statements, body: padded(2 << 20)}
	var both sync.WaitGroup
	both.Go(func() {
		if got := s.do(t, large); got.status != 200 {
			t.Error(got)
		}
	})
	<-store.began
	r := httptest.NewRequest("POST", statements, strings.NewReader(large.body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(xapi.VersionHeader, "1.0.3")
	r.SetBasicAuth("write", "write-secret")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r.WithContext(ctx))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "store_busy") {
		t.Error(w.Code, w.Header(), w.Body)
	}
	if got := s.do(t, call{method: "POST", path: statements, body: padded(1 << 19)}); got.status != 200 {
		t.Error("a small one waited", got)
	}
	both.Go(func() {
		if got := s.do(t, large); got.status != 200 {
			t.Error(got)
		}
	})
	store.end <- struct{}{}
	<-store.began
	store.end <- struct{}{}
	both.Wait()
}

// A body of some thousand octets may not become one of many megabytes.
func TestPackedBodiesCostWhatTheyHold(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte("[" + strings.Repeat("1,", 7_900_000) + "1]"))
	z.Close()
	s := serve(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.refused(t, call{method: "POST", path: statements, body: b.String(), header: map[string]string{"Content-Encoding": "gzip"}}, 413, "body_too_large")
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 20<<20 {
		t.Errorf("%d octets took %d MB", b.Len(), (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}
