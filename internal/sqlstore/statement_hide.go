package sqlstore

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/xapi"
)

// nobody stands in statements for people who were erased.
var nobody = xapi.Agent{ObjectType: "Agent", Account: &xapi.Account{HomePage: "https://erased.invalid", Name: "erased"}}

// nobodyJSON is nobody as statements have it. Its properties are in the order xAPI lists them.
var nobodyJSON = fmt.Appendf(nil, `{"objectType":"Agent","account":{"homePage":%q,"name":%q}}`, nobody.Account.HomePage, nobody.Account.Name)

// shown is the identifier under which a new statement is found: nobody's in the place of who was erased.
func (n *row) shown(value string) string {
	if n.hidden[value] {
		return nobody.Key()
	}
	return value
}

// withoutAgents answers a statement with nobody in the place of each Agent and Group whose key is hidden. What cannot be read stays as
// it is: statements were checked when they were taken in. Numbers and order are kept as sent.
func withoutAgents(statement []byte, hidden map[string]bool) []byte {
	if len(hidden) == 0 {
		return statement
	}
	var out bytes.Buffer
	if !hideIn(&out, statement, hidden, false) {
		return statement
	}
	return out.Bytes()
}

// agentPlaces are the properties of statements, SubStatements, contexts and Groups that hold Agents.
var agentPlaces = map[string]bool{"actor": true, "object": true, "instructor": true, "team": true, "member": true, "agent": true, "group": true}

// hideIn copies a value. agent says that it stands where Agents do. Extensions are not looked into: they are no Agents, whatever they say.
func hideIn(out *bytes.Buffer, value jsontext.Value, hidden map[string]bool, agent bool) bool {
	switch value.Kind() {
	case '{':
		if agent && hidden[agentKey(value)] {
			out.Write(nobodyJSON)
			return true
		}
		return hideInObject(out, value, hidden)
	case '[':
		return hideInArray(out, value, hidden, agent)
	}
	out.Write(value)
	return true
}

func agentKey(value jsontext.Value) string {
	var a xapi.Agent
	if json.Unmarshal(value, &a) != nil {
		return ""
	}
	return a.Key()
}

func hideInObject(out *bytes.Buffer, value jsontext.Value, hidden map[string]bool) bool {
	d := jsontext.NewDecoder(bytes.NewReader(value))
	if _, err := d.ReadToken(); err != nil {
		return false
	}
	out.WriteByte('{')
	for first := true; d.PeekKind() != '}'; first = false {
		name, err := d.ReadValue()
		if err != nil {
			return false
		}
		if !first {
			out.WriteByte(',')
		}
		out.Write(name)
		out.WriteByte(':')
		key, err := jsontext.AppendUnquote(nil, name)
		if err != nil {
			return false
		}
		member, err := d.ReadValue()
		if err != nil {
			return false
		}
		if string(key) == "extensions" {
			out.Write(member)
		} else if !hideIn(out, member, hidden, agentPlaces[string(key)]) {
			return false
		}
	}
	out.WriteByte('}')
	return true
}

func hideInArray(out *bytes.Buffer, value jsontext.Value, hidden map[string]bool, agent bool) bool {
	d := jsontext.NewDecoder(bytes.NewReader(value))
	if _, err := d.ReadToken(); err != nil {
		return false
	}
	out.WriteByte('[')
	for first := true; d.PeekKind() != ']'; first = false {
		member, err := d.ReadValue()
		if err != nil {
			return false
		}
		if !first {
			out.WriteByte(',')
		}
		if !hideIn(out, member, hidden, agent) {
			return false
		}
	}
	out.WriteByte(']')
	return true
}
