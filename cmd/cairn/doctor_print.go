package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/internal/sqlstore"
	"cairn/lti"
)

// launchView is one login or launch as --json prints it. Claims are masked.
type launchView struct {
	At      string                `json:"at"`
	Result  sqlstore.LaunchResult `json:"result"`
	Rule    string                `json:"rule,omitzero"`
	Asks    string                `json:"asks,omitzero"` // what the rule asks for
	Section string                `json:"section,omitzero"`
	Detail  string                `json:"detail,omitzero"`
	Do      string                `json:"do,omitzero"`
	Claims  jsontext.Value        `json:"claims,omitzero"`
}

// launches reads the log of a registration.
func (d *doctor) launches(ctx context.Context, registration string) ([]launchView, error) {
	records, err := d.store.Launches(ctx, registration, d.most)
	if err != nil {
		return nil, err
	}
	out := make([]launchView, len(records))
	for i, r := range records {
		v := launchView{At: stamp(r.At), Result: r.Result, Rule: r.Rule, Detail: r.Detail}
		if r.Claims != "" {
			v.Claims = jsontext.Value(r.Claims)
		}
		if rule, ok := ruleNamed(r.Rule); ok {
			v.Asks, v.Section, v.Do = rule.Text, rule.Section, remedy(rule)
		}
		out[i] = v
	}
	return out, nil
}

func ruleNamed(name string) (lti.Rule, bool) {
	all := lti.Rules()
	if i := slices.IndexFunc(all, func(r lti.Rule) bool { return r.Name == name }); i >= 0 {
		return all[i], true
	}
	return lti.Rule{}, false
}

// remedies are what to do about the rules that are broken most.
var remedies = map[string]string{
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
	if known := remedies[r.Name]; known != "" {
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

// lastLaunch judges by the newest launch.
func lastLaunch(r sqlstore.Registration, all []launchView) finding {
	f := finding{Check: "last launch", Result: good}
	if len(all) == 0 {
		f.Result, f.Says = skipped, "nobody has launched in the last thirty days"
		return f
	}
	newest := all[0]
	f.Says = fmt.Sprintf("%s at %s", newest.Result, newest.At)
	if newest.Result == sqlstore.LaunchAccepted {
		return f
	}
	f.Result, f.Do = bad, strings.ReplaceAll(newest.Do, "set ID", "set "+r.ID)
	if newest.Rule != "" {
		f.Says += fmt.Sprintf(" by %s (%s): %s", newest.Rule, newest.Section, newest.Asks)
	}
	if slices.ContainsFunc(all, func(v launchView) bool { return v.Result == sqlstore.LaunchAccepted }) {
		f.Result = doubt // others came in
	}
	return f
}

// print writes a report for people.
func (r report) print(w io.Writer) error {
	var b strings.Builder
	printFindings(&b, r.Tool)
	for _, d := range r.Registrations {
		fmt.Fprintf(&b, "\n%s  (%s)\n%s, client %s\n", d.Name, d.ID, d.Issuer, d.ClientID)
		printFindings(&b, d.Findings)
		printLaunches(&b, d.Launches)
	}
	if len(r.Registrations) == 0 {
		b.WriteString("\nNo LMS is registered (cairn registration add, cairn invite add).\n")
	}
	if len(r.Unregistered) > 0 {
		b.WriteString("\nLogins and launches that named no registration\n")
		printLaunches(&b, r.Unregistered)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printFindings(b *strings.Builder, all []finding) {
	for _, f := range all {
		fmt.Fprintf(b, "  %-8s %-19s %s\n", f.Result, f.Check, f.Says)
		if f.Do != "" {
			fmt.Fprintf(b, "  %-8s %-19s > %s\n", "", "", f.Do)
		}
	}
}

func printLaunches(b *strings.Builder, all []launchView) {
	for i, l := range all {
		fmt.Fprintf(b, "    %s  %s", l.At, l.Result)
		if l.Rule != "" {
			fmt.Fprintf(b, " by %s: %s", l.Rule, l.Asks)
		}
		if l.Detail != "" {
			fmt.Fprintf(b, " (%s)", l.Detail)
		}
		b.WriteString("\n")
		if l.Do != "" && l.Result != sqlstore.LaunchAccepted {
			fmt.Fprintf(b, "      > %s\n", l.Do)
		}
		if i == 0 {
			printClaims(b, l.Claims)
		}
	}
}

// printClaims writes the claims of one launch, a line each. What foreign text holds is quoted as JSON.
func printClaims(b *strings.Builder, claims jsontext.Value) {
	var all map[string]jsontext.Value
	if json.Unmarshal(claims, &all) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		short := name[strings.LastIndex(name, "/")+1:]
		fmt.Fprintf(b, "      %q: %s\n", short, all[name])
	}
}
