package xapi

import "fmt"

// Rule is one rule a statement must keep. Name is stable: it stands in answers, logs and the folders of the fixtures. Spec is
// the section of xAPI 1.0.3 (Data is Part Two, Communication Part Three) with the conformance requirement where there is one, or of the
// RFC where xAPI says nothing.
type Rule struct {
	Name string
	Spec string
}

// Invalid is the refusal of a statement, or of another value that came from outside.
type Invalid struct {
	Rule   string // Rule.Name
	Spec   string // Rule.Spec
	Path   string // JSON pointer (RFC 6901) to the place in what was sent; "" is the whole
	Detail string // one sentence for a person
}

func (e *Invalid) Error() string {
	where := ""
	if e.Path != "" {
		where = " at " + e.Path
	}
	return fmt.Sprintf("xapi: %s%s: %s (%s)", e.Rule, where, e.Detail, e.Spec)
}

func invalid(r Rule, format string, args ...any) *Invalid {
	return &Invalid{Rule: r.Name, Spec: r.Spec, Detail: fmt.Sprintf(format, args...)}
}
