package lti

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

var errTooLarge = errors.New("lti: too large")

// readForm reads the body of a POST as a form of at most limit bytes. The query is not looked at. A form that was parsed before is
// taken as it is.
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
	body, err := readBounded(r.Body, limit)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errors.New("the form cannot be read")
	}
	return values, nil
}

// readBounded reads all of r, or errTooLarge when there is more than limit.
func readBounded(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge
	}
	return body, nil
}
