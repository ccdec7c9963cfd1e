package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"
	"time"
)

type requestIDKey struct{}

// requestID answers the id that the log, the answer's header and the page share; "" outside a request.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// withRequestID names each request. A caller's own id is not taken over: it could forge the log.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails (crypto/rand)
		id := hex.EncodeToString(b[:])
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// withRecovery answers a panic as 500 and logs it; a started answer is cut off instead, so that nobody takes it for whole.
func withRecovery(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &recorder{ResponseWriter: w}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			log.ErrorContext(r.Context(), "a handler panicked", "panic", p, "path", safePath(r.URL.Path), "stack", string(debug.Stack()))
			if seen.status != 0 {
				panic(http.ErrAbortHandler)
			}
			http.Error(w, "Something went wrong here. It was noted under "+requestID(r.Context())+".", http.StatusInternalServerError)
		}()
		next.ServeHTTP(seen, r)
	})
}

// withAccessLog writes one line a request: what was asked, what came back, how long it took. The path goes through safePath;
// query strings, headers, addresses and credentials are left out.
func withAccessLog(log *slog.Logger, now func() time.Time, observe func(r *http.Request, status int, took time.Duration), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := now()
		seen := &recorder{ResponseWriter: w}
		defer func() {
			status, took := seen.status, now().Sub(began)
			if status == 0 {
				status = http.StatusOK
			}
			observe(r, status, took)
			level := slog.LevelInfo
			if quiet[r.URL.Path] {
				level = slog.LevelDebug
			}
			// The id is the one the person was shown: a page may have named the request itself.
			log.LogAttrs(context.Background(), level, "request", slog.String("method", r.Method), slog.String("path", safePath(r.URL.Path)),
				slog.Int("status", status), slog.Int64("bytes", seen.bytes), slog.Float64("ms", float64(took.Microseconds())/1000),
				slog.String("request", w.Header().Get("X-Request-Id")))
		}()
		next.ServeHTTP(seen, r)
	})
}

// Paths that watchers ask every few seconds.
var quiet = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

// safePath is a path without what opens a session: /s/{token}/x becomes /s/-/x. It is cleaned first, for browsers and servers take
// //s/{token} and the like to the same page.
func safePath(asked string) string {
	clean := cleanPath(asked)
	rest, ok := strings.CutPrefix(clean, "/s/")
	if !ok {
		return clean
	}
	_, rest, more := strings.Cut(rest, "/")
	if !more {
		return "/s/-"
	}
	return "/s/-/" + rest
}

// cleanPath undoes what hides a path's parts: escapes, also escaped ones, doubled slashes and dots. A slash at the end stays.
func cleanPath(asked string) string {
	for range 4 {
		plain, err := url.PathUnescape(asked)
		if err != nil || plain == asked {
			break
		}
		asked = plain
	}
	clean := path.Clean("/" + strings.ReplaceAll(asked, "\\", "/"))
	if strings.HasSuffix(asked, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// recorder notes the status and size of an answer.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
