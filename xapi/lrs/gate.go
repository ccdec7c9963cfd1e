package lrs

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	smallBody    = 1 << 20          // octets up to which a body goes through the wide door
	smallAtOnce  = 16 << 20         // octets of small bodies that are worked on at once
	gateWait     = 30 * time.Second // how long a body waits at most
	packedRatio  = 100              // octets that one octet of gzip may unpack to; statements reach 10 to 50
	packedAlways = 64 << 10         // octets that any gzip body may unpack to
)

// gate bounds how many octets of bodies are worked on at once: reading one takes several times its memory. Large bodies wait for
// each other, small ones only for small ones, so that a batch of many megabytes delays no single statement.
type gate struct {
	small, large *semaphore.Weighted
	most         int64 // weight of the large door
}

func newGate(maxBody int64) *gate {
	return &gate{semaphore.NewWeighted(smallAtOnce), semaphore.NewWeighted(maxBody), maxBody}
}

// enter waits until a body of so many octets may be worked on, and answers what to call when that is over.
func (g *gate) enter(ctx context.Context, octets int64) (leave func(), err error) {
	door := g.small
	if octets > smallBody {
		door, octets = g.large, min(octets, g.most)
	}
	ctx, cancel := context.WithTimeout(ctx, gateWait)
	defer cancel()
	if err := door.Acquire(ctx, octets); err != nil {
		return nil, refusal(http.StatusServiceUnavailable, "store_busy", "too much is being stored at this moment; try again in a few seconds")
	}
	return func() { door.Release(octets) }, nil
}

// octets reads the body that was sent, bounded, also when it is unpacked. From then on the request counts at the gate.
func (h *handler) octets(w http.ResponseWriter, r *request) ([]byte, error) {
	encoding := strings.ToLower(r.Header.Get("Content-Encoding"))
	if encoding != "" && encoding != "identity" && encoding != "gzip" {
		return nil, refusal(http.StatusUnsupportedMediaType, "content_encoding_unknown",
			"a body is sent as it is or with gzip, not with %q", shorten(encoding))
	}
	raw, err := readAll(http.MaxBytesReader(w, r.Body, h.MaxBody), min(r.ContentLength, h.MaxBody))
	if err != nil {
		return nil, h.bodyError(err)
	}
	most := int64(len(raw))
	if encoding == "gzip" {
		most = min(max(most*packedRatio, packedAlways), h.MaxBody)
	}
	if r.leave == nil { // else it is the body of a request that came as a form, which counts already
		if r.leave, err = h.gate.enter(r.Context(), most); err != nil {
			return nil, err
		}
	}
	if encoding != "gzip" {
		return raw, nil
	}
	zip, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, h.bodyError(err)
	}
	if raw, err = readAll(&bounded{zip, most}, 0); err != nil {
		return nil, h.bodyError(err)
	}
	return raw, nil
}

// readAll reads to the end. Space for what was announced is taken when the first part of it is there.
func readAll(from io.Reader, announced int64) ([]byte, error) {
	const first = 64 << 10
	var b bytes.Buffer
	if n, err := io.CopyN(&b, from, first); err != nil {
		if err == io.EOF { //nolint:errorlint // CopyN answers it as it is
			err = nil
		}
		return b.Bytes()[:n:n], err
	}
	if rest := announced - first; rest > 0 {
		b.Grow(int(rest) + bytes.MinRead)
	}
	_, err := b.ReadFrom(from)
	return b.Bytes(), err
}
