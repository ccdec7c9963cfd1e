package profile

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// statement is the part of the xAPI statement that Cairn's own ones have. The order of the fields is the order of the bytes.
type statement struct {
	ID        string    `json:"id"`
	Actor     agent     `json:"actor"`
	Verb      named     `json:"verb"`
	Object    any       `json:"object"` // activity, or agent
	Result    *result   `json:"result,omitzero"`
	Context   contextOf `json:"context"`
	Timestamp string    `json:"timestamp"`
}

type agent struct {
	ObjectType string   `json:"objectType"`
	Mbox       string   `json:"mbox,omitzero"`
	Account    *account `json:"account,omitzero"`
}

// agent is the person as an Agent.
func (a Account) agent() agent {
	if a.Mbox != "" {
		return agent{ObjectType: "Agent", Mbox: a.Mbox}
	}
	return agent{ObjectType: "Agent", Account: &account{HomePage: a.HomePage, Name: a.Name}}
}

type account struct {
	HomePage string `json:"homePage"`
	Name     string `json:"name"`
}

type named struct {
	ID      string            `json:"id"`
	Display map[string]string `json:"display"`
}

type activity struct {
	ObjectType string     `json:"objectType"`
	ID         string     `json:"id"`
	Definition definition `json:"definition"`
}

type definition struct {
	Type string            `json:"type"`
	Name map[string]string `json:"name,omitzero"`
}

type result struct {
	Score      *score         `json:"score,omitzero"`
	Success    *bool          `json:"success,omitzero"`
	Completion *bool          `json:"completion,omitzero"`
	Duration   string         `json:"duration,omitzero"`
	Extensions map[string]any `json:"extensions,omitzero"`
}

type score struct {
	Raw int `json:"raw"`
	Min int `json:"min"`
	Max int `json:"max"`
}

type contextOf struct {
	Registration string         `json:"registration,omitzero"`
	Activities   activities     `json:"contextActivities"`
	Statement    *reference     `json:"statement,omitzero"`
	Extensions   map[string]any `json:"extensions,omitzero"`
}

type activities struct {
	Grouping []activity `json:"grouping,omitzero"`
	Category []activity `json:"category"`
	Other    []activity `json:"other,omitzero"`
}

type reference struct {
	ObjectType string `json:"objectType"`
	ID         string `json:"id"`
}

// marshal writes the same bytes for the same value.
func marshal(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
}
