package storetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// Build makes statements for tests: the zero values are filled with something that is valid.
type Build struct {
	ID           string
	Agent        string // local part of a mailbox
	Verb         string // last part of an IRI
	Activity     string // last part of an IRI
	Parent       string // the same
	Grouping     string
	Category     string
	Registration string
	Instructor   string
	Ref          string // id of the statement it refers to, instead of an activity
	Voids        string // id of the statement it voids
	Name         string // of the activity
	Timestamp    string
	Result       string // JSON
	By           string // key of the credential
}

// IRI is the identifier that a short name stands for in a Build.
func IRI(short string) string { return "http://example.org/" + short }

// AgentKey is the key of the agent that a short name stands for.
func AgentKey(short string) string { return "mbox|mailto:" + short + "@example.org" }

// Key is the credential used when a Build names none.
var Key = lrs.Credential{ID: "key", Name: "Key", Scopes: []lrs.Scope{lrs.ScopeWrite, lrs.ScopeRead}}

// JSON is the statement as a client sends it.
func (b Build) JSON() string {
	var s strings.Builder
	s.WriteString("{")
	if b.ID != "" {
		fmt.Fprintf(&s, `"id":%q,`, b.ID)
	}
	if b.Timestamp != "" {
		fmt.Fprintf(&s, `"timestamp":%q,`, b.Timestamp)
	}
	if b.Result != "" {
		fmt.Fprintf(&s, `"result":%s,`, b.Result)
	}
	verb := IRI(or(b.Verb, "did"))
	if b.Voids != "" {
		verb, b.Ref = xapi.VerbVoided, b.Voids
	}
	fmt.Fprintf(&s, `"actor":{"mbox":"mailto:%s@example.org"},"verb":{"id":%q},"object":%s%s}`, or(b.Agent, "ann"), verb, b.object(), b.context())
	return s.String()
}

func (b Build) object() string {
	if b.Ref != "" {
		return fmt.Sprintf(`{"objectType":"StatementRef","id":%q}`, b.Ref)
	}
	if b.Name != "" {
		return fmt.Sprintf(`{"id":%q,"definition":{"name":{"en":%q},"type":"http://example.org/type"}}`, IRI(or(b.Activity, "thing")), b.Name)
	}
	return fmt.Sprintf(`{"id":%q}`, IRI(or(b.Activity, "thing")))
}

func (b Build) context() string {
	var parts, around []string
	if b.Registration != "" {
		parts = append(parts, fmt.Sprintf(`"registration":%q`, b.Registration))
	}
	if b.Instructor != "" {
		parts = append(parts, fmt.Sprintf(`"instructor":{"mbox":"mailto:%s@example.org"}`, b.Instructor))
	}
	for _, a := range [][2]string{{"parent", b.Parent}, {"grouping", b.Grouping}, {"category", b.Category}} {
		if a[1] != "" {
			around = append(around, fmt.Sprintf(`%q:[{"id":%q}]`, a[0], IRI(a[1])))
		}
	}
	if len(around) > 0 {
		parts = append(parts, `"contextActivities":{`+strings.Join(around, ",")+`}`)
	}
	if len(parts) == 0 {
		return ""
	}
	return `,"context":{` + strings.Join(parts, ",") + `}`
}

// Prepare makes the statements ready to store; without an id each gets a new one.
func Prepare(t testing.TB, builds ...Build) []xapi.Prepared {
	t.Helper()
	raw, by := make([]string, len(builds)), Key.ID
	for i, b := range builds {
		raw[i] = b.JSON()
		by = or(b.By, by)
	}
	return PrepareJSON(t, "["+strings.Join(raw, ",")+"]", by)
}

// PrepareJSON makes ready what a client with the key sent.
func PrepareJSON(t testing.TB, raw, by string) []xapi.Prepared {
	t.Helper()
	batch, err := xapi.Prepare([]byte(raw), xapi.Options{
		Version:   xapi.V1,
		Authority: xapi.Agent{ObjectType: "Agent", Account: &xapi.Account{HomePage: "https://cairn.example/", Name: by}},
		NewID:     uuid.NewString,
	})
	if err != nil {
		t.Fatalf("prepare %s: %v", raw, err)
	}
	return batch
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

// ID is a UUID that is the same for the same number.
func ID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
