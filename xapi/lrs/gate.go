package lrs

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	smallBody    = 1 << 20          // octets up to which a body goes through the wide door
	smallAtOnce  = 16 << 20         // octets of small bodies that are worked on at once
	largeHeld    = 2                // large bodies of the greatest size that are received or wait at once
	gateWait     = 30 * time.Second // how long a body waits at most
	packedRatio  = 100              // octets that one octet of gzip may unpack to; statements reach 10 to 50
	packedAlways = 64 << 10         // octets that any gzip body may unpack to
)

// gate bounds how many octets of bodies are held and worked on at once: reading one takes several times its memory. Large bodies
// wait for each other, small ones only for small ones, so that a batch of many megabytes delays no single statement.
type gate struct {
	small, large *semaphore.Weighted
	room         *semaphore.Weighted // where large ones are received and wait
	most         int64               // weight of the large door
}

func newGate(maxBody int64) *gate {
	return &gate{semaphore.NewWeighted(smallAtOnce), semaphore.NewWeighted(maxBody), semaphore.NewWeighted(largeHeld * maxBody), maxBody}
}

// hold waits until so many octets of a large body may be received.
func (g *gate) hold(r *request, octets int64) error {
	return g.take(r, g.room, min(octets, g.most), nil)
}

// enter waits until a body of so many octets may be worked on.
func (g *gate) enter(r *request, octets int64) error {
	if octets <= smallBody {
		return g.take(r, g.small, octets, nil)
	}
	// What a large one leaves is collected before the next comes on top of it.
	return g.take(r, g.large, min(octets, g.most), runtime.GC)
}

// take waits at a door, and notes in the request what is to be done when it is over: then, and the place given back.
func (g *gate) take(r *request, door *semaphore.Weighted, octets int64, then func()) error {
	ctx, cancel := context.WithTimeout(r.Context(), gateWait)
	defer cancel()
	if err := door.Acquire(ctx, octets); err != nil {
		return refusal(http.StatusServiceUnavailable, "store_busy", "too much is being stored at this moment; try again in a few seconds")
	}
	r.leave = append(r.leave, func() {
		if then != nil {
			then()
		}
		door.Release(octets)
	})
	return nil
}

// octets reads the body that was sent, bounded, also when it is unpacked. From then on the request counts at the gate.
func (h *handler) octets(w http.ResponseWriter, r *request) ([]byte, error) {
	encoding := strings.ToLower(r.Header.Get("Content-Encoding"))
	if encoding != "" && encoding != "identity" && encoding != "gzip" {
		return nil, &Refusal{http.StatusUnsupportedMediaType, "content_encoding_unknown",
			fmt.Sprintf("a body is sent as it is or with gzip, not with %q", shorten(encoding)), "RFC 9110 8.4, 15.5.16", ""}
	}
	if len(r.leave) > 0 { // the body of a request that came as a form, which counts already
		return h.unpack(r.Body, encoding, h.MaxBody)
	}
	raw, err := h.receive(w, r)
	if err != nil {
		return nil, err
	}
	most := int64(len(raw))
	if encoding == "gzip" {
		most = min(max(most*packedRatio, packedAlways), h.MaxBody)
	}
	if err := h.gate.enter(r, most); err != nil || encoding != "gzip" {
		return raw, err
	}
	return h.unpack(bytes.NewReader(raw), encoding, most)
}

// unpack reads a body that is here.
func (h *handler) unpack(from io.Reader, encoding string, most int64) ([]byte, error) {
	if encoding == "gzip" {
		zip, err := gzip.NewReader(from)
		if err != nil {
			return nil, h.bodyError(err)
		}
		from = zip
	}
	raw, err := io.ReadAll(&bounded{from, most})
	if err != nil {
		return nil, h.bodyError(err)
	}
	return raw, nil
}

// receive reads what the client sends. Behind the first part a large body needs a place, and takes the space it announced.
func (h *handler) receive(w http.ResponseWriter, r *request) ([]byte, error) {
	var b bytes.Buffer
	from := http.MaxBytesReader(w, r.Body, h.MaxBody)
	b.Grow(int(min(max(r.ContentLength, 0), smallBody)) + bytes.MinRead)
	_, err := io.CopyN(&b, from, smallBody+1)
	if errors.Is(err, io.EOF) {
		return b.Bytes(), nil
	}
	if err != nil {
		return nil, h.bodyError(err)
	}
	announced := r.ContentLength
	if announced < 0 || announced > h.MaxBody {
		announced = h.MaxBody
	}
	if err := h.gate.hold(r, announced); err != nil {
		return nil, err
	}
	if rest := int(announced) - b.Len(); r.ContentLength > 0 && rest > 0 {
		b.Grow(rest + bytes.MinRead)
	}
	if _, err := b.ReadFrom(from); err != nil {
		return nil, h.bodyError(err)
	}
	return b.Bytes(), nil
}
