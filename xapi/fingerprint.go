package xapi

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// fingerprintForm stands before what is hashed. It changes when the form below does, for a store keeps fingerprints.
const fingerprintForm = "cairn statement 1\n"

// comparer writes a checked document in a form that two statements share when they are equal by Data 2.3.1:
//
//   - left out: id, stored, authority and version, verb displays, activity definitions;
//   - keys are sorted, and the members of a Group; all other arrays keep their order;
//   - timestamps are instants, in UTC; durations are cut to 1/100 s (Data 4.6) and otherwise compared as text;
//   - UUIDs, mbox_sha1sum and the domain of an mbox are in lower case;
//   - a single context activity is an array of one, as it is given back (Data 2.4.6.2);
//   - numbers are compared by their exact value, strings by their characters, however they were escaped.
type comparer struct {
	*document
	dst []byte
}

// fingerprint is the hash of that form of the statement at a node.
func (d *document) fingerprint(i int32, buf []byte) ([32]byte, []byte) {
	c := comparer{d, append(buf[:0], fingerprintForm...)}
	c.value(i)
	return sha256.Sum256(c.dst), c.dst
}

// Equals says whether the statement is the stored one, of which the fingerprint and the timestamp are known. They are equal when
// the fingerprints are. They are as well when the stored one was sent without a timestamp and this one carries the timestamp
// that the store gave it, because then somebody read it and sends it again (Data 2.3.1: what an LRS assigns does not count).
func (p *Prepared) Equals(fingerprint []byte, timestamp time.Time) bool {
	if bytes.Equal(p.Fingerprint[:], fingerprint) {
		return true
	}
	if p.Timestamp.IsZero() || !p.Timestamp.Equal(timestamp) {
		return false
	}
	without, ok := p.Untimed()
	return ok && bytes.Equal(without[:], fingerprint)
}

// Untimed is the fingerprint that the statement has without its timestamp.
func (p *Prepared) Untimed() (sum [32]byte, ok bool) {
	return fingerprintWithout(append(slices.Clip(p.body), '}'), true, "")
}

// fingerprintWithout is the fingerprint of a statement that leaves out its timestamp, and its attachments with a usage type.
func fingerprintWithout(raw []byte, timestamp bool, usage string) (sum [32]byte, ok bool) {
	p := parsers.Get().(*parser)
	defer p.release()
	if p.doc.parse(p.dec, raw) != nil {
		return sum, false
	}
	c := checker{document: &p.doc, version: V2} // takes in all that 1.0.3 does
	at, _, err := c.statement(0)
	if err != nil {
		return sum, false
	}
	p.doc.skip(at)
	if timestamp && at.timestamp != 0 {
		p.doc.nodes[at.timestamp].marks |= markSkip
	}
	if usage != "" && at.attach != 0 {
		p.doc.skipAttachments(at.attach, usage)
	}
	sum, p.form = p.doc.fingerprint(0, p.form)
	return sum, true
}

// skipAttachments leaves out the attachments with a usage type, and the list when nothing is left in it.
func (d *document) skipAttachments(list int32, usage string) {
	left := false
	for k := list + 1; k < d.nodes[list].next; k = d.nodes[k].next {
		for m := k + 1; m < d.nodes[k].next; m = d.nodes[m].next {
			if d.name(m) == "usageType" && d.text(m) == usage {
				d.nodes[k].marks |= markSkip
			}
		}
		left = left || d.nodes[k].marks&markSkip == 0
	}
	if !left {
		d.nodes[list].marks |= markSkip
	}
}

// SignatureUsage marks the attachment that signs a statement (Data 2.6).
const SignatureUsage = "http://adlnet.gov/expapi/attachments/signature"

// SignedAs says whether a text is the statement before its signature was added: a statement that is equal but for that
// attachment (Data 2.6). A signer need not know the timestamp.
func (p *Prepared) SignedAs(payload []byte) bool {
	whole := append(slices.Clip(p.body), '}')
	for _, timestamp := range []bool{false, true} {
		signed, ok := fingerprintWithout(payload, false, SignatureUsage)
		own, fine := fingerprintWithout(whole, timestamp, SignatureUsage)
		if ok && fine && signed == own {
			return true
		}
	}
	return false
}

func (c *comparer) value(i int32) {
	n := &c.nodes[i]
	switch {
	case n.kind == '{' && n.marks&markSingle != 0:
		c.dst = append(c.dst, '[')
		c.members(i)
		c.dst = append(c.dst, ",]"...)
	case n.kind == '{':
		c.members(i)
	case n.kind == '[' && n.marks&markUnordered != 0:
		c.unordered(i)
	case n.kind == '[':
		c.dst = append(c.dst, '[')
		for k := i + 1; k < n.next; k = c.nodes[k].next {
			if c.nodes[k].marks&markSkip == 0 {
				c.value(k)
				c.dst = append(c.dst, ',')
			}
		}
		c.dst = append(c.dst, ']')
	case n.kind == '"':
		c.text(i)
	case n.kind == '0':
		c.dst = parseDecimal(c.raw(i)).append(c.dst)
	default:
		c.dst = append(c.dst, c.raw(i)...)
	}
}

// members writes the properties of an object that count, sorted by name.
func (c *comparer) members(i int32) {
	var room [16]int32
	order := room[:0]
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if c.nodes[k].marks&markSkip == 0 {
			order = append(order, k)
		}
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(c.name(a), c.name(b)) })
	c.dst = append(c.dst, '{')
	for _, k := range order {
		c.quoted(c.src[c.nodes[k].name-1 : c.nodes[k].nameEnd+1])
		c.dst = append(c.dst, ':')
		c.value(k)
		c.dst = append(c.dst, ',')
	}
	c.dst = append(c.dst, '}')
}

// unordered writes the elements of an array sorted by their own form.
func (c *comparer) unordered(i int32) {
	var forms []string
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		one := comparer{document: c.document}
		one.value(k)
		forms = append(forms, string(one.dst))
	}
	slices.Sort(forms)
	c.dst = append(c.dst, '[')
	for _, form := range forms {
		c.dst = append(append(c.dst, form...), ',')
	}
	c.dst = append(c.dst, ']')
}

func (c *comparer) text(i int32) {
	s := ""
	switch m := c.nodes[i].marks; {
	case m&markInstant != 0:
		t, _ := parseTimestamp(c.document.text(i)) // checked before
		c.dst = appendInstant(c.dst, t)
		return
	case m&markPeriod != 0:
		s = comparableDuration(c.document.text(i))
	case m&markFold != 0:
		s = strings.ToLower(c.document.text(i))
	case m&markMbox != 0:
		s = normalMbox(c.document.text(i))
	default:
		c.quoted(c.raw(i))
		return
	}
	c.dst = append(append(append(c.dst, '"'), s...), '"')
}

// quoted writes a JSON string in its one shortest form. Without an escape it has that form already.
func (c *comparer) quoted(raw string) {
	if strings.IndexByte(raw, '\\') < 0 {
		c.dst = append(c.dst, raw...)
		return
	}
	dst, err := jsontext.AppendQuote(c.dst, unquote(raw))
	if err == nil { // always: the text was read once
		c.dst = dst
	}
}

// appendInstant writes a timestamp as JSON string.
func appendInstant(dst []byte, t time.Time) []byte {
	return append(AppendTimestamp(append(dst, '"'), t), '"')
}
