package web

import (
	"slices"
	"strings"
	"time"

	"cairn/internal/diagnosis"
	"cairn/lti"
)

// The words and tones of rows.
func (c connection) working(name string, says ...string) checkRow {
	return checkRow{Name: c.say("diagnosis." + name), Word: c.say("diagnosis.working"), Tone: "s-evid", Says: says}
}

func (c connection) notOffered(name string, says ...string) checkRow {
	return checkRow{Name: c.say("diagnosis." + name), Word: c.say("diagnosis.notoffered"), Tone: "s-none", Says: says}
}

func (c connection) notKnown(name string, says ...string) checkRow {
	return checkRow{Name: c.say("diagnosis." + name), Word: c.say("diagnosis.notknown"), Tone: "s-none", Says: says}
}

// needs is a row that asks for something. do and who are keys of the text file.
func (c connection) needs(name, says, do, who string) checkRow {
	return checkRow{
		Name: c.say("diagnosis." + name), Word: c.say("diagnosis.needs"), Tone: "s-soon", Says: []string{says},
		Do: c.say("diagnosis.do." + do), Who: c.say("diagnosis.who." + who),
	}
}

// launch tells the last good and the last refused launch. What one person's browser or patience refused is no fault of the connection.
func (c connection) launch() checkRow {
	good, any := c.newest(diagnosis.Accepted)
	refused, some := c.newest(diagnosis.Refused, diagnosis.Failed)
	if !any && !some {
		return c.notKnown("launch", c.say("diagnosis.never"))
	}
	r := c.working("launch")
	if any {
		r.Says = append(r.Says, c.say("diagnosis.lastgood", "when", c.dateTime(good.Time)))
	}
	if !some {
		return r
	}
	r.Says = append(r.Says, c.say("diagnosis.lastrefused", "when", c.dateTime(refused.Time)), c.asks(refused))
	r.Detail = c.ruleOf(refused)
	if any && !refused.Time.After(good.Time) {
		return r
	}
	r.Do, r.Who = sentenceOf(strings.ReplaceAll(refused.Do, "set ID", "set "+c.Subject.ID)), c.mends(refused.For)
	if strings.Contains(refused.Do, "cairn registration") {
		r.Who = c.say("diagnosis.who.operator")
	}
	if refused.Rule == "launch.deployment" {
		r.Copy = refused.Detail
	}
	if refused.For != lti.Person {
		r.Word, r.Tone = c.say("diagnosis.needs"), "s-soon"
	}
	return r
}

// sentenceOf makes a sentence of a remedy.
func sentenceOf(text string) string {
	if text == "" || strings.HasPrefix(text, "cairn ") {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// keys tells whether the LMS's keys can be read.
func (c connection) keys() checkRow {
	f, ok := c.found(diagnosis.CheckKeys)
	switch {
	case !ok:
		return c.notKnown("keys", c.say("diagnosis.presscheck"))
	case f.Result == diagnosis.Good:
		return c.working("keys", c.say("diagnosis.keysfound", "n", f.Count))
	}
	r := c.needs("keys", c.say("diagnosis.keys."+string(f.Why)), "keys."+string(f.Why), whoFor(f.Why))
	r.Copy = c.Subject.KeySetURL
	return r
}

// whoFor is who mends what hinders a call.
func whoFor(why diagnosis.Cause) string {
	if slices.Contains([]diagnosis.Cause{diagnosis.Guarded, diagnosis.NoKey, diagnosis.Redirected, diagnosis.NotKeys}, why) {
		return "operator"
	}
	return "site"
}

// grades tells whether scores can reach the gradebook.
func (c connection) grades() checkRow {
	if offered, known := c.offers(lti.ClaimEndpoint); known && !offered {
		return c.notOffered("grades", c.say("diagnosis.grades.noclaim"))
	}
	f, ok := c.found(diagnosis.CheckTokens)
	owed, _ := c.found(diagnosis.CheckScores)
	missing := slices.DeleteFunc(slices.Clone(f.Missing), func(scope string) bool { return scope == shortMembership })
	switch {
	case !ok:
		return c.notKnown("grades", c.say("diagnosis.presscheck"))
	case f.Why == diagnosis.NotOffered:
		return c.notOffered("grades", c.say("diagnosis.tokens.notoffered"))
	case f.Why == diagnosis.Scopes && len(missing) > 0:
		r := c.needs("grades", c.say("diagnosis.scopemissing"), "scopes", "site")
		r.Says = append(r.Says, c.say("diagnosis.missing", "scopes", c.scopesAllow(missing)))
		if given := c.scopesAllow(f.Granted); given != "" {
			r.Says = append(r.Says, c.say("diagnosis.granted", "scopes", given))
		}
		return r
	case f.Result != diagnosis.Good && f.Why != diagnosis.Scopes:
		return c.noToken("grades", f)
	case owed.Why == diagnosis.GivenUp || owed.Why == diagnosis.Waiting:
		r := c.needs("grades", c.say("diagnosis.scores."+string(owed.Why), "n", owed.Count), "scores", "operator")
		r.Copy = "cairn deliveries list --registration " + c.Subject.ID
		return r
	}
	return c.working("grades", c.say("diagnosis.granted", "scopes", c.scopesAllow(f.Granted)))
}

// noToken is what to say where the LMS gives no access at all.
func (c connection) noToken(name string, f diagnosis.Finding) checkRow {
	r := c.needs(name, c.say("diagnosis.tokens."+string(f.Why)), "tokens."+string(f.Why), whoFor(f.Why))
	switch f.Why {
	case diagnosis.Rejected:
		r.Copy = c.keySet
	case diagnosis.NoKey:
	default:
		r.Copy = c.Subject.TokenEndpoint
	}
	return r
}

// shortMembership is the short name of the scope that reads rosters.
var shortMembership = lti.ScopeMembership[strings.LastIndex(lti.ScopeMembership, "/")+1:]

// scopesAllow says what scopes allow, in their order.
func (c connection) scopesAllow(scopes []string) string {
	words := make([]string, len(scopes))
	for i, scope := range scopes {
		words[i] = c.say("diagnosis.scope." + scope)
	}
	return strings.Join(words, ", ")
}

// roster tells whether the list of people can be read.
func (c connection) roster() checkRow {
	if offered, known := c.offers(lti.ClaimNamesRoles); known && !offered {
		return c.notOffered("roster", c.say("diagnosis.roster.noclaim"))
	}
	f, ok := c.found(diagnosis.CheckTokens)
	switch {
	case !ok:
		return c.notKnown("roster", c.say("diagnosis.presscheck"))
	case f.Why == diagnosis.NotOffered:
		return c.notOffered("roster", c.say("diagnosis.tokens.notoffered"))
	case slices.Contains(f.Missing, shortMembership):
		return c.needs("roster", c.say("diagnosis.scopemissing"), "rosterscope", "site")
	case slices.Contains(f.Granted, shortMembership):
		return c.working("roster", c.say("diagnosis.roster.granted"))
	case f.Why == "" || f.Why == diagnosis.Scopes: // it was not told this time
		return c.notKnown("roster", c.say("diagnosis.presscheck"))
	}
	return c.noToken("roster", f)
}

// records tells when something was last recorded about the course.
func (c connection) records(last time.Time) checkRow {
	if last.IsZero() {
		return c.notKnown("records", c.say("diagnosis.norecords"))
	}
	return c.working("records", c.say("diagnosis.lastrecord", "when", c.dateTime(last)))
}

// clock tells how far the clocks are apart.
func (c connection) clock() checkRow {
	f, ok := c.found(diagnosis.CheckClock)
	switch {
	case !ok:
		return c.notKnown("clock", c.say("diagnosis.presscheck"))
	case f.Result == diagnosis.Skipped:
		return c.notKnown("clock", c.say("diagnosis.clock.silent"))
	}
	says := c.say("diagnosis.clock.same")
	if n := int(f.Ahead.Abs() / time.Second); f.Ahead > 0 {
		says = c.say("diagnosis.clock.ahead", "n", n)
	} else if f.Ahead < 0 {
		says = c.say("diagnosis.clock.behind", "n", n)
	}
	if f.Result == diagnosis.Good {
		return c.working("clock", says)
	}
	return c.needs("clock", says, "clock", "both")
}

// own tells whether Cairn's keys can be read where the LMS reads them.
func (c connection) own() checkRow {
	f, ok := c.found(diagnosis.CheckOwnKeys)
	switch {
	case !ok:
		return c.notKnown("own", c.say("diagnosis.presscheck"))
	case f.Result == diagnosis.Good:
		return c.working("own", c.say("diagnosis.own.good"))
	}
	r := c.needs("own", c.say("diagnosis.own.bad"), "own", "operator")
	r.Copy = c.keySet
	return r
}

// frames tells what keeps pages out of the LMS's frame.
func (c connection) frames(f diagnosis.Finding) checkRow {
	if f.Result == diagnosis.Bad {
		r := c.needs("frames", c.say("diagnosis.frames.shared"), "frames.shared", "operator")
		r.Copy = "cairn registration set " + c.Subject.ID + " --frame-origin https://YOUR-LMS"
		return r
	}
	return c.needs("frames", c.say("diagnosis.frames.plain"), "frames.plain", "site")
}

// report is the page as plain text, for those who help. It holds addresses and names of rules, and nothing about a person: of the claims
// only the names.
func (c connection) report(b diagnosisBody) string {
	var out strings.Builder
	line := func(parts ...string) { out.WriteString(strings.TrimRight(strings.Join(parts, " "), " ") + "\n") }
	line("Cairn", c.version+",", c.now().UTC().Format(time.RFC3339))
	line("LMS:", c.Subject.Issuer)
	line("Client id:", c.Subject.ClientID)
	line("Registration:", c.Subject.ID)
	line(b.Checked)
	for _, r := range b.Rows {
		line("\n"+r.Name+":", r.Word+".", strings.Join(r.Says, " "))
		for _, more := range []string{r.Do, r.Copy, r.Detail} {
			if more != "" {
				line("  " + more)
			}
		}
	}
	out.WriteString("\n")
	for _, r := range b.Refusals {
		line(r.When+":", r.Rule)
	}
	if len(c.Launches) > 0 {
		line(c.say("diagnosis.claimnames"), strings.Join(c.Launches[0].Names(), ", "))
	}
	return out.String()
}
