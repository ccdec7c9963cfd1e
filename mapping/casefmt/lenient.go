package casefmt

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/mapping"
)

// object is a JSON object as it came, and which of its members were looked at: the rest is reported as dropped.
type object struct {
	members map[string]jsontext.Value
	seen    map[string]bool
}

func newObject(v jsontext.Value) (object, bool) {
	o := object{seen: map[string]bool{}}
	if v.Kind() != '{' || json.Unmarshal(v, &o.members) != nil {
		return o, false
	}
	return o, true
}

// value answers the first of the members that is there and not null.
func (o object) value(names ...string) jsontext.Value {
	var found jsontext.Value
	for _, n := range names {
		o.seen[n] = true
		if v, ok := o.members[n]; ok && v.Kind() != 'n' && found == nil {
			found = v
		}
	}
	return found
}

// text answers a member as text. Real exports write numbers where the schema wants text.
func (o object) text(names ...string) string { return plain(o.value(names...)) }

func plain(v jsontext.Value) string {
	switch {
	case v == nil:
		return ""
	case v.Kind() == '"':
		var s string
		if json.Unmarshal(v, &s) != nil {
			return ""
		}
		return tidy(s)
	case v.Kind() == '0':
		return string(v)
	}
	return ""
}

// tidy leaves out the characters of a text that cannot be shown, and the space around it.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == '\ufffd' {
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// texts answers a member as a list: real exports write one text where the schema wants several, or several with commas.
func (o object) texts(names ...string) []string {
	v := o.value(names...)
	if v.Kind() != '[' {
		return slices.DeleteFunc(strings.FieldsFunc(plain(v), func(r rune) bool { return r == ',' || r == ' ' }), func(s string) bool { return s == "" })
	}
	var out []string
	for _, e := range elements(v) {
		if s := plain(e); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// objects answers a member that is a list of objects.
func (o object) objects(name string) []object {
	var out []object
	for _, e := range elements(o.value(name)) {
		if sub, ok := newObject(e); ok {
			out = append(out, sub)
		}
	}
	return out
}

func elements(v jsontext.Value) []jsontext.Value {
	var out []jsontext.Value
	if v.Kind() != '[' || json.Unmarshal(v, &out) != nil {
		return nil
	}
	return out
}

// link answers a member that names something else: an object of title, identifier and address, or an address alone.
func (o object) link(name string) Link {
	v := o.value(name)
	if sub, ok := newObject(v); ok {
		return Link{Identifier: strings.ToLower(sub.text("identifier")), URI: sub.text("uri")}
	}
	s := plain(v)
	return Link{Identifier: mapping.LastUUID(s), URI: s}
}

// unread are the members that nothing looked at and that say something.
func (o object) unread() []string {
	var out []string
	for name, v := range o.members {
		empty := slices.ContainsFunc([]string{"null", `""`, "[]", "{}"}, func(s string) bool { return bytes.Equal(bytes.TrimSpace(v), []byte(s)) })
		if !o.seen[name] && !empty {
			out = append(out, name)
		}
	}
	return out
}
