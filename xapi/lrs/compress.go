package lrs

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// leastCompressed is the size of an answer below which packing it is not worth it.
const leastCompressed = 1400

// packers are writers to use again: each holds some hundred kB.
var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a constant that is known
	return w
}}

// compressed packs an answer when its reader takes gzip, it is long, and it has no strong ETag, which names octets as they are.
type compressed struct {
	http.ResponseWriter
	pack *gzip.Writer
}

// Compress packs what a handler answers, for readers that take gzip. An answer with a strong tag stays as it is.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w, done := accept(w, r)
		defer done()
		next.ServeHTTP(w, r)
	})
}

// accept makes a writer for the request. Close it at the end.
func accept(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, func()) {
	if r.Method == http.MethodHead || !takesGzip(r.Header.Get("Accept-Encoding")) {
		return w, func() {}
	}
	c := &compressed{ResponseWriter: w}
	return c, c.close
}

// takesGzip reads an Accept-Encoding header (RFC 9110, 12.5.3).
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, parameter, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(parameter), "q="), 64)
			return parameter == "" || err == nil && q > 0
		}
	}
	return false
}

// WriteHeader decides.
func (c *compressed) WriteHeader(status int) {
	head := c.Header()
	n, err := strconv.Atoi(head.Get("Content-Length"))
	if status == http.StatusOK && !strings.HasPrefix(head.Get("ETag"), `"`) && (err != nil || n >= leastCompressed) {
		head.Del("Content-Length")
		head.Set("Content-Encoding", "gzip")
		head.Add("Vary", "Accept-Encoding")
		c.pack = packers.Get().(*gzip.Writer)
		c.pack.Reset(c.ResponseWriter)
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *compressed) Write(b []byte) (int, error) {
	if c.pack == nil {
		return c.ResponseWriter.Write(b)
	}
	return c.pack.Write(b)
}

func (c *compressed) close() {
	if c.pack == nil {
		return
	}
	c.pack.Close() //nolint:errcheck // what fails here is the connection, and nothing can be answered on it
	c.pack.Reset(nil)
	packers.Put(c.pack)
	c.pack = nil
}

// Unwrap serves http.ResponseController.
func (c *compressed) Unwrap() http.ResponseWriter { return c.ResponseWriter }
