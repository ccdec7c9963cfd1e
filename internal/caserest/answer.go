package caserest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// answer is what a request gets: a body that may be kept for a while, or the address of one.
type answer struct {
	kind    string // media type
	body    []byte
	changed time.Time     // when the content came to be, zero unknown
	fresh   time.Duration // how long a cache may give it without asking
	header  http.Header   // further headers
	see     string        // another address (303)
}

// action answers a request, or says why not: *problem, or an error of ours.
type action func(r *http.Request) (answer, error)

// How long answers may be kept. A version never changes, but a newer one takes its place in lists, and it may be retired.
const (
	keepVersion = time.Hour
	keepList    = 5 * time.Minute
)

const jsonKind = "application/json"

// asJSON is a value as an answer.
func asJSON(v any, changed time.Time, fresh time.Duration) (answer, error) {
	body, err := json.Marshal(v, json.Deterministic(true))
	return answer{kind: jsonKind, body: body, changed: changed, fresh: fresh}, err
}

// answering turns an action into a handler: only reads, errors as CASE tells them, and the headers of what anyone may read.
func (s *service) answering(a action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*") // everything here is published
		h.Set("Access-Control-Expose-Headers", "Link, X-Total-Count, ETag")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			refuse(w, r, errMethod)
			return
		}
		out, err := a(r)
		if err != nil {
			s.note(r, err)
			refuse(w, r, err)
			return
		}
		out.write(w, r)
	})
}

// note logs what went wrong on our side; refusals are the reader's.
func (s *service) note(r *http.Request, err error) {
	var told *problem
	if !errors.As(err, &told) {
		s.Log.ErrorContext(r.Context(), "serve a published framework", "path", r.URL.Path, "error", err)
	}
}

// write gives the answer with its validators; conditional requests are answered 304 (RFC 9110, section 13).
func (a answer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if a.see != "" {
		http.Redirect(w, r, a.see, http.StatusSeeOther)
		return
	}
	sum := sha256.Sum256(a.body)
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age="+seconds(a.fresh))
	http.ServeContent(w, r, "", a.changed, bytes.NewReader(a.body))
}

// refuse answers with an imsx_StatusInfo, never cached.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := errInternal
	errors.As(err, &p)
	body, err := json.Marshal(p.statusInfo())
	if err != nil {
		panic(err) // plain text
	}
	w.Header().Set("Content-Type", jsonKind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone
	}
}
