package lrs

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// member is a property of a JSON object, as sent.
type member struct{ name, value jsontext.Value }

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "application/json"
}

func isJSONText(b []byte) bool { return jsontext.Value(b).IsValid() }

// merge puts the properties of a sent document over those of the one that is there; both must be JSON objects (Communication
// 2.2). Only the first level is merged; the order is that of the old document, then that of the new.
func merge(had, sent Document) (Document, error) {
	if !isJSON(had.ContentType) || !isJSON(sent.ContentType) {
		return Document{}, notMergeable()
	}
	old, err := members(had)
	if err != nil {
		return Document{}, err
	}
	over, err := members(sent)
	if err != nil {
		return Document{}, err
	}
	merged := old
	at := map[string]int{}
	for i, m := range old {
		at[key(m.name)] = i
	}
	for _, m := range over {
		if i, ok := at[key(m.name)]; ok {
			merged[i].value = m.value
			continue
		}
		merged = append(merged, m)
	}
	content := written(merged)
	return Document{ContentType: sent.ContentType, Content: content, ETag: etag(content)}, nil
}

// key is a name however it was escaped.
func key(name jsontext.Value) string {
	b, err := jsontext.AppendUnquote(nil, name)
	if err != nil { // cannot be: it was read once
		return string(name)
	}
	return string(b)
}

func written(all []member) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(m.name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// members reads the first level of a JSON object.
func members(doc Document) ([]member, error) {
	if !isJSONText(doc.Content) {
		return nil, notMergeable()
	}
	dec := jsontext.NewDecoder(bytes.NewReader(doc.Content))
	if start, err := dec.ReadToken(); err != nil || start.Kind() != '{' {
		return nil, notMergeable()
	}
	var all []member
	for dec.PeekKind() != '}' {
		name, err := dec.ReadValue()
		if err != nil {
			return nil, notMergeable()
		}
		name = name.Clone()
		value, err := dec.ReadValue()
		if err != nil {
			return nil, notMergeable()
		}
		all = append(all, member{name, value.Clone()})
	}
	return all, nil
}

func notMergeable() error {
	return &Refusal{http.StatusBadRequest, "document_not_mergeable",
		"only a JSON object sent as application/json is merged, and only with another one; nothing was changed", "Communication 2.2", ""}
}
