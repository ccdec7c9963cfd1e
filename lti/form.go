package lti

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

var errTooLarge = errors.New("lti: too large")

// readForm reads the body of a POST as a form of at most limit bytes. The query is not looked at. A form that was parsed before is
// taken as it is; one that is parsed here stays with the request, as http.Request.ParseForm leaves it.
func readForm(r *http.Request, limit int64) (url.Values, error) {
	if r.PostForm != nil {
		return r.PostForm, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errors.New("the body is no form")
	}
	if r.ContentLength > limit {
		return nil, errTooLarge
	}
	body, err := readAtMost(r.Body, limit, r.ContentLength)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errors.New("the form cannot be read")
	}
	r.PostForm = values
	return values, nil
}

// readBounded reads all of r, or errTooLarge when there is more than limit.
func readBounded(r io.Reader, limit int64) ([]byte, error) { return readAtMost(r, limit, 0) }

// readAtMost is readBounded with the length that the sender told, if it did, so that room is made once.
func readAtMost(r io.Reader, limit, told int64) ([]byte, error) {
	var body bytes.Buffer
	body.Grow(int(min(max(told, 0), limit)) + bytes.MinRead)
	n, err := body.ReadFrom(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	if n > limit {
		return nil, errTooLarge
	}
	return body.Bytes(), nil
}
