package lrs

import (
	"net/http"
	"strconv"
	"time"

	"cairn/xapi"
)

// queryParameters are the ones of GET /statements (Communication 2.1.3), and the one of its more links.
var queryParameters = []string{"statementId", "voidedStatementId", "agent", "verb", "activity", "registration", "related_activities",
	"related_agents", "since", "until", "limit", "format", "attachments", "ascending", "cursor"}

// query reads the filter. Values are held to the rules that hold in statements (Data 2.2).
func (h *handler) query(r *request, found map[string]string) (Query, error) {
	p := reading{found: found, version: r.version}
	q := Query{
		Agent:             p.agent("agent"),
		Verb:              p.iri("verb"),
		Activity:          p.iri("activity"),
		Registration:      p.uuid("registration"),
		RelatedAgents:     p.boolean("related_agents"),
		RelatedActivities: p.boolean("related_activities"),
		Since:             p.time("since"),
		Until:             p.time("until"),
		Limit:             p.limit("limit", h.MaxPage),
		Ascending:         p.boolean("ascending"),
	}
	return q, p.err
}

// reading takes values out of a query and remembers the first that is wrong.
type reading struct {
	found   map[string]string
	version xapi.Version
	err     error
}

// value answers a parameter that is there and not to be skipped.
func (p *reading) value(name string) (string, bool) {
	s, ok := p.found[name]
	return s, ok && p.err == nil
}

func (p *reading) wrong(name, must string) {
	p.err = &Refusal{http.StatusBadRequest, "parameter_value", "the parameter " + name + " must be " + must, "Communication 2.1.3", ""}
}

func (p *reading) agent(name string) string {
	s, ok := p.value(name)
	if !ok {
		return ""
	}
	a, err := xapi.DecodeAgent([]byte(s), p.version)
	if err != nil {
		p.wrong(name, "an Agent or an identified Group: "+detail(err))
		return ""
	}
	return a.Key()
}

// detail is the sentence of a refused value.
func detail(err error) string { return asRefusal(err).Message }

func (p *reading) iri(name string) string {
	s, ok := p.value(name)
	if ok && !xapi.IsIRI(s) {
		p.wrong(name, "an IRI with a scheme")
	}
	return s
}

func (p *reading) uuid(name string) string {
	s, ok := p.value(name)
	id, is := xapi.NormalUUID(s)
	if ok && !is {
		p.wrong(name, "a UUID")
	}
	return id
}

func (p *reading) boolean(name string) bool {
	s, ok := p.value(name)
	if ok && s != "true" && s != "false" {
		p.wrong(name, "true or false")
	}
	return s == "true"
}

func (p *reading) time(name string) time.Time {
	s, ok := p.value(name)
	if !ok {
		return time.Time{}
	}
	t, err := xapi.ParseTimestamp(s)
	if err != nil {
		p.wrong(name, "an ISO 8601 date and time; write + as %2B")
	}
	return t
}

// limit is between 1 and the most the server gives; 0 and a larger one mean that.
func (p *reading) limit(name string, most int) int {
	s, ok := p.value(name)
	if !ok {
		return most
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		p.wrong(name, "an integer from 0 on")
	}
	if n == 0 || n > uint64(most) {
		return most
	}
	return int(n)
}
