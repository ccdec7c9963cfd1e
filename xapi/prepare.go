package xapi

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Options say how statements are prepared.
type Options struct {
	Version   Version       // of the request
	Authority Agent         // who vouches for the statements: it replaces what was sent (Data 2.4.9)
	NewID     func() string // a new UUID in lower case, for a statement sent without one; nil when all have one
}

// Check refuses one statement that breaks a rule of the version, with *Invalid.
func Check(raw []byte, v Version) error {
	p := parsers.Get().(*parser)
	defer p.release()
	if err := p.doc.parse(p.dec, raw); err != nil {
		return err
	}
	c := checker{document: &p.doc, version: v}
	_, _, err := c.statement(0)
	return err
}

// Prepare checks what was sent, one statement or an array of them, and makes all of it ready to store, in its order, or refuses
// it whole with *Invalid. Nothing of raw is kept. One pass over the text serves everything.
func Prepare(raw []byte, o Options) ([]Prepared, error) {
	authority, err := newAuthority(o.Authority)
	if err != nil {
		return nil, err
	}
	p := parsers.Get().(*parser)
	defer p.release()
	if err := p.doc.parse(p.dec, raw); err != nil {
		return nil, err
	}
	if p.doc.nodes[0].kind != '[' {
		one, err := p.prepare(0, o, authority)
		if err != nil {
			return nil, err
		}
		return []Prepared{one}, nil
	}
	return p.prepareAll(o, authority)
}

func (p *parser) prepareAll(o Options, a authority) ([]Prepared, error) {
	batch := []Prepared{}
	seen := map[string]int32{}
	for k := int32(1); k < p.doc.nodes[0].next; k = p.doc.nodes[k].next {
		one, err := p.prepare(k, o, a)
		if err != nil {
			return nil, err
		}
		if _, twice := seen[one.ID]; twice {
			e := invalid(ruleIDRepeated, "the id %s is in the batch twice", one.ID)
			e.Path = p.doc.pointer(k) + "/id"
			return nil, e
		}
		seen[one.ID] = k
		batch = append(batch, one)
	}
	return batch, nil
}

// parser is what parsing needs and can be used again.
type parser struct {
	dec   *jsontext.Decoder
	doc   document
	terms []Term
	form  []byte
}

var parsers = sync.Pool{New: func() any { return &parser{dec: jsontext.NewDecoder(bytes.NewReader(nil))} }}

// maxKept bounds what stays in the pool after a large request.
const maxKept = 1 << 15

func (p *parser) release() {
	p.doc.src = ""
	clear(p.terms[:cap(p.terms)]) // they point into the text
	p.dec.Reset(bytes.NewReader(nil))
	if cap(p.doc.nodes) <= maxKept && cap(p.form) <= 1<<20 {
		parsers.Put(p)
	}
}

// prepare checks the statement at a node and makes it ready.
func (p *parser) prepare(i int32, o Options, a authority) (out Prepared, err error) {
	c := checker{document: &p.doc, version: o.Version, terms: p.terms[:0]}
	at, object, err := c.statement(i)
	p.terms = c.terms
	if err != nil {
		return out, err
	}
	if out.ID, err = p.id(at, o); err != nil {
		return out, err
	}
	out.RefersTo = object.ref
	if object.ref != "" && p.isVoid(at) {
		out.Voids = object.ref
	}
	if at.timestamp != 0 {
		out.Timestamp, _ = parseTimestamp(p.doc.text(at.timestamp)) // checked before
	}
	out.Outcome, out.Attachments, out.ByGroup = c.outcome, c.attachments, c.byGroup
	out.Terms = sortTerms(append(c.terms, a.terms...))
	p.doc.skip(at)
	out.Fingerprint, p.form = p.doc.fingerprint(i, p.form)
	out.body, out.Definitions = p.body(i, at, out, o, a, c.defined)
	return out, nil
}

// errNoID says that Options.NewID is missing where it is needed.
var errNoID = errors.New("xapi: a statement without an id needs Options.NewID")

func (p *parser) id(at parts, o Options) (string, error) {
	switch {
	case at.id != 0:
		return strings.ToLower(p.doc.text(at.id)), nil
	case o.NewID == nil:
		return "", errNoID
	}
	return o.NewID(), nil
}

func (p *parser) isVoid(at parts) bool {
	for k := at.verb + 1; k < p.doc.nodes[at.verb].next; k = p.doc.nodes[k].next {
		if p.doc.name(k) == "id" {
			return p.doc.text(k) == VerbVoided
		}
	}
	return false
}

// skip leaves what the store sets out of the comparison.
func (d *document) skip(at parts) {
	for _, k := range []int32{at.id, at.stored, at.authority, at.version} {
		if k != 0 {
			d.nodes[k].marks |= markSkip
		}
	}
}

// body writes the statement with all the store sets but the stored time, and finds the definitions in it.
func (p *parser) body(i int32, at parts, s Prepared, o Options, a authority, named []defined) ([]byte, []Definition) {
	n := &p.doc.nodes[i]
	w := writer{document: &p.doc, dst: make([]byte, 0, int(n.end-n.from)+len(a.json)+160)}
	w.dst = append(append(append(w.dst, `{"id":"`...), s.ID...), '"')
	for k := i + 1; k < n.next; k = p.doc.nodes[k].next {
		if k != at.id && k != at.stored && k != at.authority && k != at.version && k != at.timestamp {
			w.comma(true)
			w.member(k)
		}
	}
	w.dst = append(w.dst, `,"version":`...)
	if at.version != 0 {
		w.dst = append(w.dst, p.doc.raw(at.version)...)
	} else {
		w.dst = append(append(append(w.dst, '"'), o.Version.statementDefault()...), '"')
	}
	w.dst = append(append(w.dst, `,"authority":`...), a.json...)
	if at.timestamp != 0 {
		w.dst = appendInstant(append(w.dst, `,"timestamp":`...), s.Timestamp)
	}
	return w.dst, definitions(w, named)
}

// definitions pairs the activities with what was written of them: both hold the same nodes, the writer in the order of the
// text.
func definitions(w writer, named []defined) []Definition {
	if len(named) == 0 {
		return nil
	}
	slices.SortFunc(named, func(a, b defined) int { return cmp.Compare(a.node, b.node) })
	defs := make([]Definition, len(named))
	for i, s := range w.definitions {
		defs[i] = Definition{Activity: named[i].activity, JSON: w.dst[s.from:s.end:s.end]}
	}
	return defs
}

// JSON is the statement as it is given back, whole, with the stored time as its last property. The bytes are the caller's.
func (p *Prepared) JSON(stored time.Time) []byte {
	dst := append(make([]byte, 0, len(p.body)+96), p.body...)
	if p.Timestamp.IsZero() {
		dst = appendInstant(append(dst, `,"timestamp":`...), stored)
	}
	dst = appendInstant(append(dst, `,"stored":`...), stored)
	return append(dst, '}')
}

// sortTerms answers a copy in order and without repeats.
func sortTerms(terms []Term) []Term {
	terms = slices.Clone(terms)
	slices.SortFunc(terms, func(a, b Term) int {
		if c := cmp.Compare(a.Role, b.Role); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	return slices.Compact(terms)
}

// authority is Options.Authority made ready.
type authority struct {
	json  []byte
	terms []Term
}

// errNoAuthority says that Options.Authority names nobody.
var errNoAuthority = errors.New("xapi: Options.Authority must be an identified Agent")

func newAuthority(a Agent) (authority, error) {
	key := a.Key()
	if key == "" || a.IsGroup() {
		return authority{}, errNoAuthority
	}
	raw, err := a.JSON()
	if err != nil {
		return authority{}, fmt.Errorf("xapi: writing the authority: %w", err)
	}
	return authority{raw, []Term{{RoleAuthority, key}}}, nil
}
