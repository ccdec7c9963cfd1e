package lrs

import (
	"fmt"
	"net/http"
	"slices"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// getActivity answers an activity with its canonical definition; one that no statement ever named is answered with its id
// (Communication 2.5).
func (h *handler) getActivity(w http.ResponseWriter, r *request) error {
	if err := r.needs(ScopeReadMine, ScopeRead, ScopeAllRead, ScopeProfile, ScopeAll); err != nil {
		return err
	}
	found, err := r.parameters("activityId")
	if err != nil {
		return err
	}
	p := reading{found: found, version: r.version}
	if _, ok := found["activityId"]; !ok {
		p.wrong("activityId", "there, an IRI")
	}
	id := p.iri("activityId")
	if p.err == nil && !r.credential.Limits.AllowsActivity(id) {
		p.err = errLimited
	}
	if p.err != nil {
		return p.err
	}
	definition, err := h.definition(r, id)
	if err != nil {
		return err
	}
	body, err := json.Marshal(struct {
		ObjectType string         `json:"objectType"`
		ID         string         `json:"id"`
		Definition jsontext.Value `json:"definition,omitempty"`
	}{"Activity", id, definition})
	if err != nil {
		return fmt.Errorf("lrs: writing an activity: %w", err)
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

// definition is what is known of an activity: to a credential that reads only what it stored, of those that it named itself.
func (h *handler) definition(r *request, id string) (jsontext.Value, error) {
	if !r.seesAll() {
		named, err := h.Statements.Query(r.Context(), Query{Activity: id, RelatedActivities: true, Mine: r.credential.ID, Limit: 1})
		if err != nil {
			return nil, fmt.Errorf("lrs: looking for an activity in what was stored: %w", err)
		}
		if len(named.Statements) == 0 {
			return nil, nil
		}
	}
	definitions, err := h.Activities.Definitions(r.Context(), []string{id})
	if err != nil {
		return nil, fmt.Errorf("lrs: reading an activity: %w", err)
	}
	return definitions[id], nil
}

// person is what is known of an agent (Communication 2.4): every property is a list.
type person struct {
	ObjectType  string         `json:"objectType"`
	Name        []string       `json:"name,omitempty"`
	Mbox        []string       `json:"mbox,omitempty"`
	MboxSHA1Sum []string       `json:"mbox_sha1sum,omitempty"`
	OpenID      []string       `json:"openid,omitempty"`
	Account     []xapi.Account `json:"account,omitempty"`
}

// namesFrom is how many of an agent's newest statements are read for its names.
const namesFrom = 50

// getAgent answers the Person of an agent: the identifier asked for, and the names that statements gave it. Different agents of
// one human are not brought together here: that would tell one sender what another knows.
func (h *handler) getAgent(w http.ResponseWriter, r *request) error {
	if err := r.needs(ScopeReadMine, ScopeRead, ScopeAllRead, ScopeProfile, ScopeAll); err != nil {
		return err
	}
	found, err := r.parameters("agent")
	if err != nil {
		return err
	}
	a, err := xapi.DecodeAgent([]byte(found["agent"]), r.version)
	if err != nil {
		return &Refusal{http.StatusBadRequest, "parameter_value", "the parameter agent must be an Agent: " + detail(err), "Communication 2.4", ""}
	}
	p := person{ObjectType: "Person", Mbox: some(a.Mbox), MboxSHA1Sum: some(a.MboxSHA1Sum), OpenID: some(a.OpenID), Name: some(a.Name)}
	if a.Account != nil {
		p.Account = []xapi.Account{*a.Account}
	}
	if err := h.addNames(r, &p, a.Key()); err != nil {
		return err
	}
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("lrs: writing a person: %w", err)
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// addNames adds the names of an agent in statements the credential may read, newest first.
func (h *handler) addNames(r *request, p *person, key string) error {
	q := Query{Agent: key, Limit: namesFrom}
	if !r.seesAll() {
		q.Mine = r.credential.ID
	}
	page, err := h.Statements.Query(r.Context(), q)
	if err != nil {
		return fmt.Errorf("lrs: reading the names of an agent: %w", err)
	}
	for _, s := range page.Statements {
		for _, name := range namesIn(s.JSON, key) {
			if !slices.Contains(p.Name, name) {
				p.Name = append(p.Name, name)
			}
		}
	}
	return nil
}

// namesIn are the names of an agent as actor, member or object of a statement.
func namesIn(raw []byte, key string) (names []string) {
	var s struct {
		Actor  xapi.Agent     `json:"actor"`
		Object jsontext.Value `json:"object"`
	}
	if json.Unmarshal(raw, &s) != nil {
		return nil
	}
	agents := append([]xapi.Agent{s.Actor}, s.Actor.Member...)
	var object xapi.Agent
	if json.Unmarshal(s.Object, &object) == nil && (object.ObjectType == "Agent" || object.IsGroup()) {
		agents = append(append(agents, object), object.Member...)
	}
	for _, a := range agents {
		if a.Name != "" && a.Key() == key {
			names = append(names, a.Name)
		}
	}
	return names
}
