package profile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
)

// Errors of Check.
var (
	ErrNoTemplate = errors.New("profile: no template of the profile is about this statement")
	ErrRule       = errors.New("profile: the statement breaks a rule of its template")
)

// ParseTemplates reads the templates of an xAPI Profile, Cairn's own or another. What is not a template is passed over.
func ParseTemplates(doc []byte) ([]Template, error) {
	var d struct {
		Templates []Template `json:"templates"`
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return nil, fmt.Errorf("read the templates of a profile: %w", err)
	}
	return d.Templates, nil
}

// Check holds a statement against templates: at least one must be about it (verb, activity types of object and context: its
// determining properties), and it must keep the rules of one that is. It answers the id of the template it keeps. ErrNoTemplate;
// ErrRule with the location for each template that is about it.
func Check(templates []Template, statement []byte) (string, error) {
	var s any
	if err := json.Unmarshal(statement, &s); err != nil {
		return "", fmt.Errorf("read a statement: %w", err)
	}
	var broken []error
	for _, t := range templates {
		about, err := t.isAbout(s)
		if err != nil {
			return "", err
		}
		if !about {
			continue
		}
		err = t.check(s)
		if err == nil {
			return t.ID, nil
		}
		broken = append(broken, err)
	}
	if len(broken) == 0 {
		return "", ErrNoTemplate
	}
	return "", errors.Join(broken...)
}

// isAbout compares the determining properties (xAPI Profiles, 8.1).
func (t Template) isAbout(s any) (bool, error) {
	for _, d := range []struct {
		location string
		want     []string
	}{
		{"$.verb.id", single(t.Verb)},
		{"$.object.definition.type", single(t.ObjectType)},
		{"$.context.contextActivities.parent[*].definition.type", t.ParentType},
		{"$.context.contextActivities.grouping[*].definition.type", t.GroupingType},
		{"$.context.contextActivities.category[*].definition.type", t.CategoryType},
		{"$.context.contextActivities.other[*].definition.type", t.OtherType},
	} {
		have, _, err := find(s, d.location)
		if err != nil {
			return false, err
		}
		for _, w := range d.want {
			if !slices.Contains(have, any(w)) {
				return false, nil
			}
		}
	}
	return true, nil
}

func single(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// check holds a statement against every rule.
func (t Template) check(s any) error {
	var broken []error
	for _, r := range t.Rules {
		values, missing, err := find(s, r.Location)
		if err == nil {
			err = r.check(values, missing)
		}
		if err != nil {
			broken = append(broken, fmt.Errorf("template %s, %s: %w", t.ID, r.Location, err))
		}
	}
	return errors.Join(broken...)
}

// check judges what stands at the location (xAPI Profiles, 8.3). missing says that a branch led to nothing.
func (r Rule) check(values []any, missing bool) error {
	switch {
	case r.Presence == Included && (len(values) == 0 || missing):
		return fmt.Errorf("%w: it has to be included", ErrRule)
	case r.Presence == Excluded && len(values) > 0:
		return fmt.Errorf("%w: it has to be left out", ErrRule)
	case len(values) == 0:
		return nil
	case len(r.Any) > 0 && !slices.ContainsFunc(values, among(r.Any)):
		return fmt.Errorf("%w: none of the values allowed is there", ErrRule)
	case len(r.All) > 0 && slices.ContainsFunc(values, func(v any) bool { return !among(r.All)(v) }):
		return fmt.Errorf("%w: a value is there that is not allowed", ErrRule)
	case len(r.None) > 0 && slices.ContainsFunc(values, among(r.None)):
		return fmt.Errorf("%w: a value is there that is ruled out", ErrRule)
	}
	return nil
}

func among(list []any) func(any) bool {
	return func(v any) bool {
		return slices.ContainsFunc(list, func(o any) bool { return reflect.DeepEqual(o, v) })
	}
}
