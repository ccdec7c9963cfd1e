package lrs

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cairn/xapi"
)

// alternateHeaders are the form fields of the alternate request syntax that stand for headers (Communication 1.3); others are
// parameters of the query, but for content.
var alternateHeaders = []string{"Authorization", "X-Experience-API-Version", "Content-Type", "Content-Length", "If-Match",
	"If-None-Match", "Accept", "Accept-Language", "Accept-Encoding"}

// contentField is the form field that stands for the body.
const contentField = "content"

// alternate says whether a request is written in the alternate request syntax: a POST that names another method. It belongs to
// 1.0.3; in a request of 2.0 the parameter is unknown.
func (r *request) alternate() bool {
	if r.Method != http.MethodPost || !strings.Contains(r.URL.RawQuery, "method=") {
		return false
	}
	v, err := xapi.ParseVersion(r.Header.Get(xapi.VersionHeader))
	query, queryErr := url.ParseQuery(r.URL.RawQuery)
	return queryErr == nil && query.Has("method") && (err != nil || v == xapi.V1)
}

func alternateRefusal(name, message string) error {
	return &Refusal{http.StatusBadRequest, name, message, "Communication 1.3, XAPI-00336", ""}
}

// readAlternate turns a request of the alternate syntax into the one it stands for.
func (h *handler) readAlternate(w http.ResponseWriter, r *request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(query) != 1 || len(query["method"]) != 1 {
		return alternateRefusal("alternate_query", "a request of the alternate syntax has only the parameter method in its address, once")
	}
	method := query.Get("method")
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost, http.MethodDelete}, method) {
		return alternateRefusal("alternate_method", "the parameter method is GET, HEAD, PUT, POST or DELETE")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return alternateRefusal("alternate_content_type", "a request of the alternate syntax is a form")
	}
	raw, err := h.octets(w, r)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return alternateRefusal("alternate_form", "the form cannot be read")
	}
	return r.become(method, form)
}

// become makes the request what the form says.
func (r *request) become(method string, form url.Values) error {
	content, sends := form[contentField]
	if len(content) > 1 || !sends && (method == http.MethodPut || method == http.MethodPost) {
		return alternateRefusal("alternate_content", "what is sent stands in the form field content, once")
	}
	if v, err := xapi.ParseVersion(form.Get(xapi.VersionHeader)); err == nil && v != xapi.V1 {
		return alternateRefusal("alternate_version", "the alternate syntax belongs to xAPI 1.0")
	}
	delete(form, contentField)
	made := r.Clone(r.Context())
	made.Method = method
	made.Header.Del("Content-Type")
	made.Header.Del("Content-Encoding")
	if strings.HasSuffix(strings.TrimRight(r.URL.Path, "/"), "/statements") {
		made.Header.Set("Content-Type", "application/json") // data of attachments cannot be sent in this way
	}
	for _, name := range alternateHeaders {
		for field, values := range form {
			if strings.EqualFold(field, name) {
				made.Header[http.CanonicalHeaderKey(name)] = values
				delete(form, field)
			}
		}
	}
	made.Header.Set("Content-Length", strconv.Itoa(len(strings.Join(content, ""))))
	made.URL.RawQuery = form.Encode()
	made.Body = io.NopCloser(bytes.NewBufferString(strings.Join(content, "")))
	r.Request = made
	return nil
}
