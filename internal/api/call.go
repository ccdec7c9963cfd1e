package api

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"cairn/mapping"
	"cairn/xapi/lrs"
)

// call is a request with what the checks found out.
type call struct {
	*http.Request
	head       http.Header // of the answer
	credential lrs.Credential
	reach      Reach
	query      map[string]string
	body       any
	table      []byte // of a route that takes one
}

// author is how a credential stands in the history of what it changed.
func (c *call) author() string { return "credential/" + c.credential.ID }

// named says whether the people of an answer may have names.
func (c *call) named() bool { return c.credential.May(lrs.ScopeLearnersNames) }

// moment is a parameter that is a time, the zero time when it is not there.
func (c *call) moment(name string) time.Time {
	t, _ := time.Parse(time.RFC3339, c.query[name]) // it was checked
	return t.UTC()
}

// number is a parameter that is a number.
func (c *call) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(c.query[name]); err == nil {
		return n
	}
	return otherwise
}

// place is the parameters that choose a scope.
func (c *call) place() PlaceFilter {
	return PlaceFilter{Reach: c.reach, Kind: mapping.ScopeKind(c.query["scope"]), Registration: c.query["registration"], Context: c.query["context"]}
}

// errElsewhere says what a limit rules out. It names no limit: the operator knows it, a finder of the key need not.
var errElsewhere = newProblem("credential_limited", "the credential is limited to the people of one home page or to the activities under one address, and this is outside of it")

// sees says whether what holds in a scope is within the limit: what holds everywhere holds there too.
func (r Reach) sees(s mapping.Scope) bool {
	return !r.Limited || s.Kind == mapping.ScopeInstance || slices.Contains(r.Registrations, s.Registration)
}

// writes says whether what is changed in a scope stays within the limit.
func (r Reach) writes(s mapping.Scope) bool {
	return !r.Limited || s.Kind != mapping.ScopeInstance && slices.Contains(r.Registrations, s.Registration)
}
