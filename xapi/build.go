package xapi

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

// AccountAgent is an Agent with an account: who someone is on a system.
func AccountAgent(homePage, name string) Agent {
	return Agent{ObjectType: "Agent", Account: &Account{HomePage: homePage, Name: name}}
}

// NewActivity is an activity with its type and its name in English; both may be empty.
func NewActivity(id, kind, name string) Activity {
	a := Activity{ObjectType: "Activity", ID: id}
	if kind == "" && name == "" {
		return a
	}
	a.Definition = &ActivityDefinition{Type: kind}
	if name != "" {
		a.Definition.Name = LanguageMap{"en": name}
	}
	return a
}

// NewVerb is a verb with its display in English.
func NewVerb(id, display string) Verb { return Verb{ID: id, Display: LanguageMap{"en": display}} }

// Ref is the object that refers to a statement.
func Ref(id string) Object { return Object{StatementRef: &StatementRef{ID: id}} }

// Set puts a value of any shape under an IRI. It answers what writing the value as JSON answers.
func (e *Extensions) Set(iri string, value any) error {
	raw, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("xapi: writing the extension %s: %w", iri, err)
	}
	if *e == nil {
		*e = Extensions{}
	}
	(*e)[iri] = raw
	return nil
}

// Build checks a statement made in code, as if it had been sent, and makes it ready to store. It answers *Invalid.
func Build(s *Statement, o Options) (Prepared, error) {
	raw, err := s.JSON()
	if err != nil {
		return Prepared{}, fmt.Errorf("xapi: writing a statement: %w", err)
	}
	batch, err := Prepare(raw, o)
	if err != nil {
		return Prepared{}, fmt.Errorf("xapi: building a statement: %w", err)
	}
	return batch[0], nil
}
