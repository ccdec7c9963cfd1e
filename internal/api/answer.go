package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// answer is what a request gets.
type answer struct {
	status   int    // 200 by default
	body     any    // written as JSON
	raw      []byte // in its place: octets that are ready
	kind     string // media type of raw
	location string
	kept     bool // it may be kept and asked for again with its tag: it holds nothing of people
}

func ok(body any) (answer, error) { return answer{body: body}, nil }

// kept is an answer that holds nothing of people.
func kept(body any) (answer, error) { return answer{body: body, kept: true}, nil }

// write gives the answer. What may be kept has a tag of its content, and is answered 304 to who has it (RFC 9110, 13.1.2); the tag is
// weak, for the answer may be packed on its way.
func (a answer) write(w http.ResponseWriter, r *http.Request) error {
	body, head := a.raw, w.Header()
	if body == nil {
		var err error
		if body, err = json.Marshal(a.body, json.Deterministic(true)); err != nil {
			return err
		}
		a.kind = "application/json"
	}
	if a.location != "" {
		head.Set("Location", a.location)
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.kept && a.status == http.StatusOK {
		sum := sha256.Sum256(body)
		tag := `W/"` + hex.EncodeToString(sum[:16]) + `"`
		head.Set("ETag", tag)
		head.Set("Cache-Control", "private, no-cache")
		if matches(r.Header.Values("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	writeBody(w, a.status, a.kind, body)
	return nil
}

func writeBody(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // what fails here is the connection, and nothing can be answered on it
}

// matches compares weakly (RFC 9110, 8.8.3.2).
func matches(conditions []string, tag string) bool {
	for one := range strings.SplitSeq(strings.Join(conditions, ","), ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// nul is the character U+0000 in a string of JSON, which not every database can keep.
var nul = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\\u0000`)

// readBody reads a body of JSON into to, strictly: unknown and repeated members are refused.
func (s *service) readBody(w http.ResponseWriter, r *http.Request, to any) (any, error) {
	raw, err := s.readOctets(w, r, "application/json")
	if err != nil {
		return nil, err
	}
	if bytes.Contains(raw, []byte(`\u0000`)) && nul.Match(raw) {
		return nil, newProblem("body_invalid", "no text holds the character U+0000")
	}
	if err := json.Unmarshal(raw, to, json.RejectUnknownMembers(true)); err != nil {
		return nil, jsonProblem(err)
	}
	return to, nil
}

// readTable reads a body that is a table, in UTF-8; the mark that some programs put at its beginning is left out.
func (s *service) readTable(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	raw, err := s.readOctets(w, r, "text/csv")
	return bytes.TrimPrefix(raw, []byte("\ufeff")), err
}

// readOctets reads a body of a media type, within the bound.
func (s *service) readOctets(w http.ResponseWriter, r *http.Request, wanted string) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != wanted {
		return nil, newProblem("content_type_unknown", "a body is "+wanted)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, newProblem("content_encoding_unknown", "a body is sent as it is, not packed")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.MaxBody))
	if err != nil {
		return nil, bodyProblem(err, s.MaxBody)
	}
	return raw, nil
}
