package xapi

import (
	"slices"
	"strings"
)

// presenter writes a stored statement in another form than the one it was sent in (Communication 2.1.3, format).
type presenter struct {
	*document
	dst         []byte
	ids         bool              // the form ids, else canonical
	languages   []string          // asked for, best first
	definitions map[string][]byte // canonical, by activity
	filter      bool              // inside of what is filtered by language
}

// IDs is the form ids of a stored statement: agents, groups, activities and verbs as what identifies them, for a group without
// an identifier its members.
func IDs(raw []byte) ([]byte, error) {
	return present(raw, &presenter{ids: true})
}

// Canonical is the form canonical of a stored statement: activities have the definitions given, where there are any, and
// language maps of definitions and of the verb's display one entry, the best of the languages asked for.
func Canonical(raw []byte, languages []string, definitions map[string][]byte) ([]byte, error) {
	return present(raw, &presenter{languages: languages, definitions: definitions})
}

func present(raw []byte, w *presenter) ([]byte, error) {
	p := parsers.Get().(*parser)
	defer p.release()
	if err := p.doc.parse(p.dec, raw); err != nil {
		return nil, err
	}
	c := checker{document: &p.doc, version: V2} // takes in all that 1.0.3 does
	if _, _, err := c.statement(0); err != nil {
		return nil, err
	}
	w.document, w.dst = &p.doc, make([]byte, 0, len(raw))
	w.value(0)
	return w.dst, nil
}

// ActivitiesOf lists the activities of a stored statement, each once.
func ActivitiesOf(raw []byte) ([]string, error) {
	p := parsers.Get().(*parser)
	defer p.release()
	if err := p.doc.parse(p.dec, raw); err != nil {
		return nil, err
	}
	c := checker{document: &p.doc, version: V2}
	if _, _, err := c.statement(0); err != nil {
		return nil, err
	}
	var ids []string
	for _, t := range c.terms {
		if t.Role.Kind() == TermActivity {
			ids = append(ids, strings.Clone(t.Value))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (w *presenter) value(i int32) {
	switch n := &w.nodes[i]; {
	case n.marks&markVerb != 0:
		filter := w.filter
		w.filter = true
		w.object(i)
		w.filter = filter
	case n.marks&markDefinition != 0:
		w.definition(i)
	case n.marks&markLanguages != 0 && w.filter:
		w.oneLanguage(i)
	case n.marks&markVerbatim != 0:
		w.dst = append(w.dst, w.raw(i)...)
	case n.kind == '{':
		w.object(i)
	case n.kind == '[':
		w.dst = append(w.dst, '[')
		for k := i + 1; k < n.next; k = w.nodes[k].next {
			w.comma('[')
			w.value(k)
		}
		w.dst = append(w.dst, ']')
	default:
		w.dst = append(w.dst, w.raw(i)...)
	}
}

// object writes the properties that the form keeps; an activity without a definition gets the canonical one.
func (w *presenter) object(i int32) {
	keep, defined := w.kept(i), false
	w.dst = append(w.dst, '{')
	for k := i + 1; k < w.nodes[i].next; k = w.nodes[k].next {
		if keep != nil && !slices.Contains(keep, w.name(k)) {
			continue
		}
		defined = defined || w.nodes[k].marks&markDefinition != 0
		w.comma('{')
		w.dst = append(append(w.dst, w.src[w.nodes[k].name-1:w.nodes[k].nameEnd+1]...), ':')
		w.value(k)
	}
	if !w.ids && !defined && w.nodes[i].marks&markActivity != 0 {
		if canonical := w.definitions[w.activityID(i)]; canonical != nil {
			w.dst = append(w.dst, `,"definition":`...)
			w.given(canonical)
		}
	}
	w.dst = append(w.dst, '}')
}

// kept lists the properties the form ids keeps of an object, nil for all.
func (w *presenter) kept(i int32) []string {
	if !w.ids {
		return nil
	}
	switch m := w.nodes[i].marks; {
	case m&(markVerb|markActivity) != 0:
		return []string{"id"} // an object without objectType is an activity
	case m&markAgent != 0 && w.identified(i):
		return []string{"objectType", "mbox", "mbox_sha1sum", "openid", "account"}
	case m&markAgent != 0:
		return []string{"objectType", "member"}
	}
	return nil
}

func (w *presenter) identified(i int32) bool {
	for k := i + 1; k < w.nodes[i].next; k = w.nodes[k].next {
		switch w.name(k) {
		case "mbox", "mbox_sha1sum", "openid", "account":
			return true
		}
	}
	return false
}

func (w *presenter) activityID(i int32) string {
	for k := i + 1; k < w.nodes[i].next; k = w.nodes[k].next {
		if w.name(k) == "id" {
			return w.text(k)
		}
	}
	return ""
}

// definition writes the canonical definition in the place of one that was sent.
func (w *presenter) definition(i int32) {
	if canonical := w.definitions[w.activityID(w.nodes[i].parent)]; canonical != nil {
		w.given(canonical)
		return
	}
	filter := w.filter
	w.filter = true
	w.object(i)
	w.filter = filter
}

// given writes a definition from elsewhere, filtered by language.
func (w *presenter) given(raw []byte) {
	p := parsers.Get().(*parser)
	defer p.release()
	c := checker{document: &p.doc, version: V2}
	if p.doc.parse(p.dec, raw) != nil || c.definition(0) != nil {
		w.dst = append(w.dst, raw...) // what is odd is given as it is
		return
	}
	inner := presenter{document: &p.doc, dst: w.dst, languages: w.languages, filter: true}
	inner.object(0)
	w.dst = inner.dst
}

// oneLanguage writes the best entry of a language map.
func (w *presenter) oneLanguage(i int32) {
	var tags []string
	for k := i + 1; k < w.nodes[i].next; k = w.nodes[k].next {
		tags = append(tags, w.name(k))
	}
	best := BestLanguage(tags, w.languages)
	w.dst = append(w.dst, '{')
	for k := i + 1; k < w.nodes[i].next; k = w.nodes[k].next {
		if w.name(k) == best {
			w.dst = append(append(w.dst, w.src[w.nodes[k].name-1:w.nodes[k].nameEnd+1]...), ':')
			w.dst = append(w.dst, w.raw(k)...)
			break
		}
	}
	w.dst = append(w.dst, '}')
}

// comma separates what follows from what was written inside the bracket.
func (w *presenter) comma(bracket byte) {
	if last := w.dst[len(w.dst)-1]; last != bracket {
		w.dst = append(w.dst, ',')
	}
}

// BestLanguage picks the tag that suits best: for each language asked for, best first, the tag itself, else one that is more
// exact (fr finds fr-CA), else one that is less (fr-CA finds fr; RFC 4647, 3.4). Nothing suits: und, English, or the first. It
// answers "" when there are no tags.
func BestLanguage(tags, asked []string) string {
	for _, want := range append(slices.Clone(asked), "und", "en") {
		for want != "" {
			if want == "*" && len(tags) > 0 {
				return tags[0]
			}
			if at := slices.IndexFunc(tags, func(t string) bool { return strings.EqualFold(t, want) }); at >= 0 {
				return tags[at]
			}
			if at := slices.IndexFunc(tags, func(t string) bool {
				return len(t) > len(want) && t[len(want)] == '-' && strings.EqualFold(t[:len(want)], want)
			}); at >= 0 {
				return tags[at]
			}
			want = want[:max(0, strings.LastIndexByte(want, '-'))]
		}
	}
	if len(tags) > 0 {
		return tags[0]
	}
	return ""
}
