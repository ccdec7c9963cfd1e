package xapi

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// checker walks one statement of a document, refuses it at the first rule it breaks, and collects what a store needs to find it
// by. Properties are checked in the order in which they were sent, then what is missing, then what does not go together.
type checker struct {
	*document
	version     Version
	sub         bool // inside a SubStatement
	terms       []Term
	defined     []defined
	attachments []Attachment
	byGroup     bool // the actor of the statement itself is a Group
	outcome     Outcome
}

// defined is an activity that has a definition, with the place of that.
type defined struct {
	activity string
	node     int32
}

// fail refuses the value at a node.
func (c *checker) fail(i int32, r Rule, format string, args ...any) error {
	e := invalid(r, format, args...)
	e.Path = c.pointer(i)
	return e
}

// want checks the type of a value.
func (c *checker) want(i int32, kind jsontext.Kind, word string) error {
	switch c.nodes[i].kind {
	case kind:
		return nil
	case 'n':
		return c.fail(i, ruleNull, "null is allowed inside extensions only")
	}
	return c.fail(i, ruleType, "this must be %s", word)
}

func (c *checker) object(i int32) error { return c.want(i, '{', "an object") }
func (c *checker) array(i int32) error  { return c.want(i, '[', "an array") }
func (c *checker) string(i int32) error { return c.want(i, '"', "a string") }
func (c *checker) number(i int32) error { return c.want(i, '0', "a number") }

// boolean answers the value.
func (c *checker) boolean(i int32) (*bool, error) {
	value := c.nodes[i].kind == 't'
	if value || c.nodes[i].kind == 'f' {
		return &value, nil
	}
	return nil, c.want(i, 't', "true or false")
}

// format checks a string against a form and answers it.
func (c *checker) format(i int32, is func(string) bool, r Rule, word string) (string, error) {
	if err := c.string(i); err != nil {
		return "", err
	}
	s := c.text(i)
	if !is(s) {
		return "", c.fail(i, r, "%q is not %s", clip(s), word)
	}
	return s, nil
}

func (c *checker) iri(i int32) (string, error) {
	return c.format(i, isIRI, ruleIRI, "an IRI with a scheme")
}

// uuid answers the value in lower case.
func (c *checker) uuid(i int32) (string, error) {
	s, err := c.format(i, isUUID, ruleUUID, "a UUID in its standard form")
	c.mark(i, markFold)
	return strings.ToLower(s), err
}

func (c *checker) timestamp(i int32) error {
	_, err := c.format(i, isTimestamp, ruleTimestamp, "an ISO 8601 date and time with a valid offset")
	c.mark(i, markInstant)
	return err
}

func isTimestamp(s string) bool {
	_, ok := parseTimestamp(s)
	return ok
}

// languageMap checks tags and strings (Data 4.2).
func (c *checker) languageMap(i int32) error {
	if err := c.object(i); err != nil {
		return err
	}
	c.mark(i, markLanguages)
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if !isLanguageTag(c.name(k)) {
			return c.fail(k, ruleLanguage, "%q is not a language tag of RFC 5646", clip(c.name(k)))
		}
		if err := c.string(k); err != nil {
			return err
		}
	}
	return nil
}

// extensions checks the keys only: a statement is never refused for what an extension holds (Data 4.1).
func (c *checker) extensions(i int32) error {
	if err := c.object(i); err != nil {
		return err
	}
	c.mark(i, markVerbatim)
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if !isIRI(c.name(k)) {
			return c.fail(k, ruleExtensionKey, "%q is not an IRI", clip(c.name(k)))
		}
	}
	return nil
}

// unknown refuses a property; known are the names it may have been meant for.
func (c *checker) unknown(i int32, known ...string) error {
	for _, name := range known {
		if strings.EqualFold(name, c.name(i)) {
			return c.fail(i, ruleCase, "the property is written %q", name)
		}
	}
	return c.fail(i, ruleUnknown, "there is no such property here")
}

func (c *checker) mark(i int32, m mark) { c.nodes[i].marks |= m }

// term notes an identifier. Inside a SubStatement only agents and activities can be searched for, by the related filters.
func (c *checker) term(r Role, value string) {
	if c.sub {
		switch r.Kind() {
		case TermActivity:
			r = RoleSubActivity
		case TermAgent:
			r = RoleSubAgent
		default:
			return
		}
	}
	c.terms = append(c.terms, Term{r, value})
}

// clip keeps what is quoted in a refusal short.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
