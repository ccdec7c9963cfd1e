package profile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrLocation says that a template's location is not in the part of JSONPath that profiles use: $, .name, ['name'], [*], .*
var ErrLocation = errors.New("profile: the location is not one that is understood")

// find answers the values at a location in order, and whether a branch led to nothing.
func find(s any, location string) (values []any, missing bool, err error) {
	steps, err := parseLocation(location)
	if err != nil {
		return nil, false, err
	}
	values = []any{s}
	for _, step := range steps {
		var next []any
		for _, v := range values {
			below := step.below(v)
			missing = missing || len(below) == 0
			next = append(next, below...)
		}
		values = next
	}
	return values, missing, nil
}

// step is one part of a location: a name, or everything.
type step struct {
	name string
	each bool
}

func (st step) below(v any) []any {
	switch v := v.(type) {
	case map[string]any:
		if !st.each {
			if below, ok := v[st.name]; ok {
				return []any{below}
			}
			return nil
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		out := make([]any, len(names))
		for i, name := range names {
			out[i] = v[name]
		}
		return out
	case []any:
		if st.each {
			return v
		}
	}
	return nil
}

func parseLocation(location string) ([]step, error) {
	rest, ok := strings.CutPrefix(location, "$")
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrLocation, location)
	}
	var steps []step
	for rest != "" {
		var st step
		switch {
		case strings.HasPrefix(rest, "[*]"):
			st.each, rest = true, rest[len("[*]"):]
		case strings.HasPrefix(rest, "['"):
			st.name, rest, ok = strings.Cut(rest[len("['"):], "']")
		case strings.HasPrefix(rest, ".*"):
			st.each, rest = true, rest[len(".*"):]
		case strings.HasPrefix(rest, "."):
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			st.name, rest = rest[1:1+end], rest[1+end:]
		default:
			ok = false
		}
		if !ok || !st.each && st.name == "" {
			return nil, fmt.Errorf("%w: %q", ErrLocation, location)
		}
		steps = append(steps, st)
	}
	return steps, nil
}
