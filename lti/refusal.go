package lti

import (
	"errors"
	"strings"
)

// Mender says who can put right what was refused.
type Mender string

// The menders.
const (
	Person Mender = "person" // try again from the course, allow the browser to keep the cookie
	Course Mender = "course" // whoever placed the link
	Site   Mender = "site"   // the administrators of the platform and of this tool, together: the registration
	Us     Mender = "us"     // this tool
)

// Refusal is a login or a launch that was turned down. Err is the sentinel of the rule, found by errors.Is. Detail is for the
// log alone; it holds no token, secret or name of a person, and foreign text in it is quoted and cut.
type Refusal struct {
	Rule         string // stable name, such as "launch.nonce_spent"
	Err          error
	Section      string // of the specification
	Detail       string
	For          Mender
	Registration string // id of the registration, "" when it was not known yet
}

// Error gives the rule, what it asks for, and the detail.
func (r *Refusal) Error() string {
	text := r.Rule + ": " + strings.TrimPrefix(r.Err.Error(), "lti: ")
	if r.Detail != "" {
		text += " (" + r.Detail + ")"
	}
	return text
}

// Unwrap answers the sentinel of the rule.
func (r *Refusal) Unwrap() error { return r.Err }

// rule is the sentinel of one rule, with what a refusal says of it.
type rule struct {
	name    string
	text    string
	section string
	mender  Mender
}

func (r *rule) Error() string { return "lti: " + r.text }

// Rule is how a rule of login or launch is told to others: documents, pages of help, tests.
type Rule struct {
	Name    string
	Text    string
	Section string
	For     Mender
	Err     error
}

// Rules answers every rule in the order in which they are declared, which is the order of the checks.
func Rules() []Rule {
	all := make([]Rule, len(rules))
	for i, r := range rules {
		all[i] = Rule{Name: r.name, Text: r.text, Section: r.section, For: r.mender, Err: r}
	}
	return all
}

var rules []*rule

func newRule(name, section string, mender Mender, text string) error {
	r := &rule{name: name, text: text, section: section, mender: mender}
	rules = append(rules, r)
	return r
}

// refuse makes the refusal of a rule. An error that is no rule is answered as it is: it is a failure, not a refusal.
func refuse(err error, detail string) error {
	var r *rule
	if !errors.As(err, &r) {
		return err
	}
	return &Refusal{Rule: r.name, Err: r, Section: r.section, Detail: detail, For: r.mender}
}

// quote makes foreign text fit for a log line: printable ASCII only, cut at 120 bytes.
func quote(s string) string {
	const limit = 120
	cut := len(s) > limit
	if cut {
		s = s[:limit]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' {
			return '?'
		}
		return r
	}, s)
	if cut {
		s += "..."
	}
	return `"` + s + `"`
}
