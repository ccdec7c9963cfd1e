package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/lti"
)

// Launch is one login or launch as --json prints it. Claims are masked.
type Launch struct {
	At      string         `json:"at"`
	Result  Result         `json:"result"`
	Rule    string         `json:"rule,omitzero"`
	Asks    string         `json:"asks,omitzero"` // what the rule asks for
	Section string         `json:"section,omitzero"`
	Detail  string         `json:"detail,omitzero"`
	Do      string         `json:"do,omitzero"`
	Claims  jsontext.Value `json:"claims,omitzero"`

	Time time.Time  `json:"-"`
	For  lti.Mender `json:"-"` // who mends what the rule asks for
}

// Result is what came of a login or launch.
type Result string

// The results.
const (
	Accepted Result = "accepted"
	Refused  Result = "refused" // by a rule
	Failed   Result = "failed"  // a fault of ours
)

// claims is what the launch brought, masked, by full name.
func (l Launch) claims() map[string]jsontext.Value {
	var all map[string]jsontext.Value
	if json.Unmarshal(l.Claims, &all) != nil {
		return nil
	}
	return all
}

// Has says whether the launch brought a claim.
func (l Launch) Has(claim string) bool { return l.claims()[claim] != nil }

// Names answers the names of the claims it brought, each without its vocabulary, in the order of their full names.
func (l Launch) Names() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(l.claims())) {
		out = append(out, fmt.Sprintf("%q", name[strings.LastIndex(name, "/")+1:]))
	}
	return out
}

// Lines answers the claims it brought, a line each, masked. What foreign text holds is quoted as JSON.
func (l Launch) Lines() []string {
	all := l.claims()
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, fmt.Sprintf("%q: %s", name[strings.LastIndex(name, "/")+1:], all[name]))
	}
	return out
}

// NewLaunch completes one by what is known of its rule. claims are masked.
func NewLaunch(at time.Time, result Result, rule, detail, claims string) Launch {
	l := Launch{Time: at, At: at.UTC().Format(time.RFC3339), Result: result, Rule: rule, Detail: detail}
	if claims != "" {
		l.Claims = jsontext.Value(claims)
	}
	if known, ok := RuleNamed(rule); ok {
		l.Asks, l.Section, l.Do, l.For = known.Text, known.Section, remedy(known), known.For
	} else if strings.HasPrefix(rule, placementRules) {
		l.Asks, l.Section, l.Do, l.For = "what the link asks for by its custom parameters is there", "Core 5.4.6", remedy(lti.Rule{For: lti.Course}), lti.Course
	}
	return l
}

// placementRules begin the names of the rules by which the page that a link leads to refuses a launch.
const placementRules = "placement-"

// RuleNamed finds a rule of login or launch.
func RuleNamed(name string) (lti.Rule, bool) {
	all := lti.Rules()
	if i := slices.IndexFunc(all, func(r lti.Rule) bool { return r.Name == name }); i >= 0 {
		return all[i], true
	}
	return lti.Rule{}, false
}

// Remedies are what to do about the rules that are broken most.
var Remedies = map[string]string{
	"login.registration_unknown":   "register it (cairn registration add), with issuer and client id letter by letter as they stand here",
	"login.registration_ambiguous": "the LMS must send its client_id with the login: most do, when the tool's settings are complete",
	"login.registration_disabled":  "cairn registration set ID --no-disabled",
	"login.target":                 "the tool's address in the LMS must begin with CAIRN_BASE_URL, letter by letter",
	"launch.platform_error":        "the LMS refused the login itself: its word stands in the detail; often the redirection URI of the tool is missing there, or the person may not see the link",
	"launch.state_browser":         "the browser kept no cookie for Cairn: allow cookies for it, or open the link in a new window",
	"launch.state_unknown":         "the page was too old, or a proxy sends login and launch to different databases",
	"launch.state_spent":           "the same form was sent twice: open the link from the course again",
	"launch.state_expired":         "more than ten minutes passed between login and launch: open the link from the course again",
	"launch.issuer":                "the issuer that is registered differs from what the LMS sends, perhaps by a slash or by http: add a registration with the right one",
	"launch.audience":              "the client id that is registered is not the one that the LMS sends: add a registration with the right one",
	"launch.key_set_unavailable":   "see the check \"key set of the LMS\"",
	"launch.key_unknown":           "the LMS signs by a key that its key set does not hold: check the key set URL; after a key change it heals within a minute",
	"launch.signature":             "the key set URL leads to another LMS than the one that signed, or something changed the token on its way",
	"launch.expired":               "the clocks differ (see the check \"clock\"), or the person waited too long",
	"launch.issued_in_future":      "the clocks differ: see the check \"clock\"",
	"launch.not_yet_valid":         "the clocks differ: see the check \"clock\"",
	"launch.too_old":               "the clocks differ (see the check \"clock\"), or the person waited too long",
	"launch.deployment":            "cairn registration set ID --deployment, with the one in the detail beside the old ones, or --any-deployment",
	"launch.target_mismatch":       "something changes the address between login and launch: look for a proxy or a plugin that rewrites it",
	"launch.message_type":          "the link in the LMS asks for a kind of page that Cairn does not have",
}

// remedy is what to do about a rule; in general words, where there are no better ones.
func remedy(r lti.Rule) string {
	if known := Remedies[r.Name]; known != "" {
		return known
	}
	switch r.For {
	case lti.Person:
		return "open the link from the course again; if it stays, allow cookies for Cairn"
	case lti.Course:
		return "whoever placed the link removes it and places it again"
	case lti.Us:
		return "report it with its rule and time: the fault is Cairn's"
	}
	return "the LMS sends what the specification does not allow: compare the tool's settings there, then ask its maker, naming the section"
}

// LastLaunch judges by the newest launch.
func LastLaunch(r Subject, all []Launch) Finding {
	f := Finding{Check: CheckLaunch, Result: Good}
	if len(all) == 0 {
		f.Result, f.Says = Skipped, "nobody has launched in the last thirty days"
		return f
	}
	newest := all[0]
	f.Says = fmt.Sprintf("%s at %s", newest.Result, newest.At)
	if newest.Result == Accepted {
		return f
	}
	f.Result, f.Do = Bad, strings.ReplaceAll(newest.Do, "set ID", "set "+r.ID)
	if newest.Rule != "" {
		f.Says += fmt.Sprintf(" by %s (%s): %s", newest.Rule, newest.Section, newest.Asks)
	}
	if slices.ContainsFunc(all, func(v Launch) bool { return v.Result == Accepted }) {
		f.Result = Doubt // others came in
	}
	return f
}
