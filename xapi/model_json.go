package xapi

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// modelOptions make the JSON of the model: the same bytes for the same value, timestamps in UTC.
var modelOptions = json.JoinOptions(
	json.Deterministic(true),
	json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
		return enc.WriteToken(jsontext.String(FormatTimestamp(t)))
	})),
	json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, t *time.Time) error {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		*t, err = ParseTimestamp(tok.String())
		return err
	})),
)

// JSON writes the statement, the same bytes each time: properties in the order of the specification, keys of maps sorted. The
// statement is not checked; Prepare does that.
func (s *Statement) JSON() ([]byte, error) { return json.Marshal(s, modelOptions) }

// JSON writes the agent, the same bytes each time.
func (a Agent) JSON() ([]byte, error) { return json.Marshal(a, modelOptions) }

// Decode checks one statement by the rules of the version and reads it. It answers *Invalid.
func Decode(raw []byte, v Version) (*Statement, error) {
	if err := Check(raw, v); err != nil {
		return nil, err
	}
	s := new(Statement)
	if err := json.Unmarshal(raw, s, modelOptions); err != nil {
		return nil, invalid(ruleType, "reading the statement: %v", err)
	}
	return s, nil
}

// DecodeAgent checks an Agent or an identified Group, as it stands in a query, and reads it. It answers *Invalid.
func DecodeAgent(raw []byte, v Version) (Agent, error) {
	p := parsers.Get().(*parser)
	defer p.release()
	if err := p.doc.parse(p.dec, raw); err != nil {
		return Agent{}, err
	}
	c := checker{document: &p.doc, version: v}
	if err := c.agent(0, RoleActor, anyAgent); err != nil {
		return Agent{}, err
	}
	var a Agent
	if err := json.Unmarshal(raw, &a, modelOptions); err != nil {
		return Agent{}, invalid(ruleType, "reading the agent: %v", err)
	}
	if a.Key() == "" {
		return Agent{}, invalid(ruleIFIMissing, "a Group is searched for by its identifier")
	}
	return a, nil
}

// errObject says that an Object in code was not filled rightly.
var errObject = errors.New("xapi: exactly one field of an Object is set")

// MarshalJSONTo writes the one field that is set, with its objectType.
func (o Object) MarshalJSONTo(enc *jsontext.Encoder) error {
	set := 0
	for _, is := range []bool{o.Activity != nil, o.Agent != nil, o.StatementRef != nil, o.SubStatement != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return errObject
	}
	switch {
	case o.Activity != nil:
		return json.MarshalEncode(enc, o.Activity)
	case o.Agent != nil:
		a := *o.Agent
		if a.ObjectType == "" {
			a.ObjectType = "Agent"
		}
		return json.MarshalEncode(enc, a)
	case o.StatementRef != nil:
		return json.MarshalEncode(enc, o.StatementRef)
	}
	return json.MarshalEncode(enc, o.SubStatement)
}

// UnmarshalJSONFrom reads the kind of object that objectType names, an Activity without one.
func (o *Object) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	var head struct {
		ObjectType string `json:"objectType"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return err
	}
	*o = Object{}
	switch head.ObjectType {
	case "", "Activity":
		return json.Unmarshal(raw, &o.Activity, dec.Options())
	case "Agent", "Group":
		return json.Unmarshal(raw, &o.Agent, dec.Options())
	case "StatementRef":
		return json.Unmarshal(raw, &o.StatementRef, dec.Options())
	case "SubStatement":
		return json.Unmarshal(raw, &o.SubStatement, dec.Options())
	}
	return invalid(ruleObjectType, "%q is no kind of object", clip(head.ObjectType))
}

// MarshalJSONTo adds the objectType.
func (r StatementRef) MarshalJSONTo(enc *jsontext.Encoder) error {
	return json.MarshalEncode(enc, struct {
		ObjectType string `json:"objectType"`
		ID         string `json:"id"`
	}{"StatementRef", r.ID})
}

// MarshalJSONTo adds the objectType.
func (s SubStatement) MarshalJSONTo(enc *jsontext.Encoder) error {
	type plain SubStatement
	return json.MarshalEncode(enc, struct {
		ObjectType string `json:"objectType"`
		plain      `json:",inline"`
	}{"SubStatement", plain(s)})
}

// UnmarshalJSONFrom reads a list, or a single activity as a list of one.
func (a *Activities) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '{' {
		*a = make(Activities, 1)
		return json.UnmarshalDecode(dec, &(*a)[0])
	}
	return json.UnmarshalDecode(dec, (*[]Activity)(a))
}
