package xapi

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds the nesting of what is sent. A statement needs about ten levels; the rest is room for extensions.
const maxDepth = 100

// maxNodes bounds the values of one body: strings, numbers, arrays and the rest. Statements of learning platforms have one for
// about 25 octets, so that 16 MiB of them have two thirds of it; what is denser costs more memory than it says.
const maxNodes = 1_000_000

// mark says how a value is to be compared or written, found while it is checked.
type mark uint16

const (
	markSkip       mark = 1 << iota // left out of comparison
	markUnordered                   // an array whose order does not count
	markInstant                     // a timestamp
	markPeriod                      // a duration
	markFold                        // case does not count (UUID, hexadecimal)
	markMbox                        // case does not count in the domain
	markSingle                      // one object where an array belongs: written as an array of one
	markVerbatim                    // extensions: written byte by byte as sent
	markDefinition                  // the definition of an activity
	markAgent                       // an Agent or Group
	markActivity                    // an Activity
	markVerb                        // the verb
	markLanguages                   // a language map
)

// node is one JSON value of a document: positions in its source, never a copy.
type node struct {
	kind      jsontext.Kind // n f t " 0 { [
	marks     mark
	escaped   bool  // the name holds an escape
	parent    int32 // -1 for the root
	next      int32 // first node behind this one and all it holds: its next sibling
	name      int32 // start of the name, behind its quote
	nameEnd   int32 // 0 when it has no name
	from, end int32 // the value, quotes and brackets included
}

// document is JSON as a flat tree in the order of the text: the first child of a node stands right behind it. One pass over the
// tokens makes it; checking, writing and comparing then walk it without parsing again.
type document struct {
	src   string
	nodes []node
}

// parse reads exactly one JSON value. The nodes of an earlier use are dropped.
func (d *document) parse(dec *jsontext.Decoder, raw []byte) error {
	if len(raw) > math.MaxInt32 {
		return invalid(ruleJSON, "the text is longer than 2 GiB")
	}
	d.src, d.nodes = string(raw), slices.Grow(d.nodes[:0], mostNodes(raw))
	dec.Reset(bytes.NewBuffer(raw))
	if err := d.read(dec); err != nil {
		return syntaxError(err, raw)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return invalid(ruleJSON, "there is more behind the end of the JSON value")
	}
	return nil
}

// mostNodes is how many nodes a text has at most: each stands at the beginning, or behind a comma, a bracket or a brace. To know
// it saves the doubling of a long list.
func mostNodes(raw []byte) int {
	n := 1
	for _, before := range []string{",", "[", "{"} {
		n += bytes.Count(raw, []byte(before))
	}
	return min(n, maxNodes)
}

// add keeps a node, up to maxNodes.
func (d *document) add(n node) error {
	if len(d.nodes) >= maxNodes {
		return invalid(ruleNodes, "the body has more than %d values", maxNodes)
	}
	d.nodes = append(d.nodes, n)
	return nil
}

// read adds one value and all it holds.
func (d *document) read(dec *jsontext.Decoder) error {
	var name node // position of a name that waits for its value
	for parent := int32(-1); ; {
		switch kind := dec.PeekKind(); {
		case kind == '}' || kind == ']':
			if _, err := dec.ReadToken(); err != nil {
				return err
			}
			parent = d.close(parent, dec.InputOffset())
		case kind == '{' || kind == '[':
			if _, err := dec.ReadToken(); err != nil {
				return err
			}
			if dec.StackDepth() > maxDepth {
				return invalid(ruleDepth, "values are nested deeper than %d", maxDepth)
			}
			name.kind, name.parent, name.from = kind, parent, int32(dec.InputOffset()-1)
			if err := d.add(name); err != nil {
				return err
			}
			parent, name = int32(len(d.nodes)-1), node{}
			continue // an array or object is not complete yet
		default:
			v, err := dec.ReadValue()
			if err != nil {
				return err
			}
			end := int32(dec.InputOffset())
			from := end - int32(len(v))
			if parent >= 0 && d.nodes[parent].kind == '{' && name.nameEnd == 0 {
				name = node{name: from + 1, nameEnd: end - 1, escaped: bytes.IndexByte(v, '\\') >= 0}
				continue
			}
			name.kind, name.parent, name.from, name.end, name.next = kind, parent, from, end, int32(len(d.nodes)+1)
			if err := d.add(name); err != nil {
				return err
			}
			name = node{}
		}
		if parent < 0 {
			return nil
		}
	}
}

func (d *document) close(i int32, end int64) (parent int32) {
	n := &d.nodes[i]
	n.end, n.next = int32(end), int32(len(d.nodes))
	return n.parent
}

// syntaxError names the rule that a parser error broke.
func syntaxError(err error, raw []byte) error {
	var known *Invalid
	if errors.As(err, &known) {
		return known
	}
	var syntax *jsontext.SyntacticError
	e := invalid(ruleJSON, "this is not JSON")
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		e = invalid(ruleDuplicate, "the property is there more than once")
	case !utf8.Valid(raw):
		e = invalid(ruleUTF8, "the text is not UTF-8")
	case errors.As(err, &syntax):
		e.Detail = "this is not JSON, at byte " + strconv.FormatInt(syntax.ByteOffset, 10)
	}
	if errors.As(err, &syntax) {
		e.Path = string(syntax.JSONPointer)
	}
	return e
}

// name is the name of a member.
func (d *document) name(i int32) string {
	n := &d.nodes[i]
	if n.escaped {
		return unquote(d.src[n.name-1 : n.nameEnd+1])
	}
	return d.src[n.name:n.nameEnd]
}

// raw is the value as sent.
func (d *document) raw(i int32) string { return d.src[d.nodes[i].from:d.nodes[i].end] }

// text is the value of a string.
func (d *document) text(i int32) string {
	raw := d.raw(i)
	if strings.IndexByte(raw, '\\') >= 0 {
		return unquote(raw)
	}
	return raw[1 : len(raw)-1]
}

// unquote reads a JSON string that the parser has accepted.
func unquote(raw string) string {
	b, err := jsontext.AppendUnquote(nil, raw)
	if err != nil { // cannot be: it was read once
		return raw
	}
	return string(b)
}

// pointer is the JSON pointer of a node.
func (d *document) pointer(i int32) string {
	if i < 0 || d.nodes[i].parent < 0 {
		return ""
	}
	n := &d.nodes[i]
	above := d.pointer(n.parent)
	if n.nameEnd != 0 {
		return string(jsontext.Pointer(above).AppendToken(d.name(i)))
	}
	return above + "/" + strconv.Itoa(d.index(i))
}

// index is the place of an element in its array.
func (d *document) index(i int32) int {
	at := 0
	for k := d.nodes[i].parent + 1; k < i; k = d.nodes[k].next {
		at++
	}
	return at
}
