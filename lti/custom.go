package lti

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Custom is a map of free parameters (LTI Core 1.3, 5.4.6). Values a platform did not fill in are left out: null, and names of
// variables it does not know, such as "$CourseSection.courseId". Numbers and booleans are kept as their JSON text; lists and
// objects are left out.
type Custom map[string]string

// UnmarshalJSONFrom reads an object.
func (c *Custom) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return errShape
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	*c = Custom{}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		key := name.String()
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if value, ok := customValue(raw); ok {
			(*c)[key] = value
		}
	}
	_, err := dec.ReadToken()
	return err
}

// customValue answers the text of a value that is there.
func customValue(raw jsontext.Value) (string, bool) {
	switch raw.Kind() {
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil || unexpanded(s) {
			return "", false
		}
		return s, true
	case '0', 't', 'f':
		return string(raw), true
	}
	return "", false
}

// unexpanded says whether a value is the bare name of a variable: '$', then words of letters, digits, '_' and '-' with dots between.
func unexpanded(s string) bool {
	name, ok := strings.CutPrefix(s, "$")
	if !ok || !strings.Contains(name, ".") {
		return false
	}
	for word := range strings.SplitSeq(name, ".") {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !isNameRune(r) }) {
			return false
		}
	}
	return name[0] > '9'
}

func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
}

// size is a number of pixels; anything else counts as not told.
type size int

// UnmarshalJSONFrom reads a small whole number, or skips what is none.
func (s *size) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if n, ok := wholeSeconds(raw); ok && len(raw) <= 6 {
		*s = size(n)
	}
	return nil
}
