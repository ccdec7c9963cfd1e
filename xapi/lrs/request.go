package lrs

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cairn/xapi"
)

// request is a request with what the checks found out.
type request struct {
	*http.Request
	id         string
	version    xapi.Version // the one of the answer, also when the header was refused
	credential Credential
	upTo       int64    // position up to which statements are read; 0 when nothing is read of the log
	oauth      bool     // it is answered in the words of RFC 6749, 5.2
	leave      []func() // what gives back the places at the gate; empty when no body was read
}

func (r *request) reads() bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// readVersion reads the version header (Communication 3.3, XAPI-00331).
func (r *request) readVersion() error {
	values := r.Header.Values(xapi.VersionHeader)
	if len(values) != 1 {
		return &Refusal{http.StatusBadRequest, "version_header_missing",
			"every request carries the header " + xapi.VersionHeader + " once", "Communication 3.3, XAPI-00331", ""}
	}
	v, err := xapi.ParseVersion(values[0])
	if err == nil {
		r.version = v
	}
	return err
}

// parameters reads the query. Names that are not known, in this case of letters, and repeated ones are refused
// (Communication 3.2, XAPI-00324, XAPI-00325).
func (r *request) parameters(known ...string) (map[string]string, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refusal(http.StatusBadRequest, "query_malformed", "the query of the address cannot be read")
	}
	found := make(map[string]string, len(values))
	for name, all := range values {
		if !slices.Contains(known, name) {
			return nil, &Refusal{http.StatusBadRequest, "parameter_unknown",
				fmt.Sprintf("there is no parameter %q here", shorten(name)), "Communication 3.2, XAPI-00324, XAPI-00325", ""}
		}
		if len(all) != 1 {
			return nil, refusal(http.StatusBadRequest, "parameter_repeated", "the parameter %s is there more than once", name)
		}
		found[name] = all[0]
	}
	return found, nil
}

// errBounded says that a body grows beyond its bound when it is unpacked.
var errBounded = errors.New("lrs: the body is larger than allowed")

// bounded fails, other than io.LimitedReader, when there is more than left.
type bounded struct {
	from io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errBounded
	}
	return n, err
}

func (h *handler) bodyError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, errBounded) {
		return &Refusal{http.StatusRequestEntityTooLarge, "body_too_large",
			fmt.Sprintf("a body has at most %d octets, and one sent with gzip at most %d times what it has packed", h.MaxBody, packedRatio), "RFC 9110 15.5.14", ""}
	}
	return &Refusal{http.StatusBadRequest, "body_unreadable", "the body did not arrive whole", "RFC 9110 15.5.1, RFC 9112 8", ""}
}

func shorten(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
