package lti

import (
	"net/url"
	"strings"
)

// variant is how the platforms of one family differ in dynamic registration.
type variant struct {
	family       string
	deepLinking  []string // placements of the deep linking message
	resourceLink []string // placements of the resource link message; nil: none are named
	review       bool     // the submission review message may be asked for
	privacyLevel bool     // Canvas's own member in place of trust in claims
	pending      bool     // an administrator has to switch the tool on
}

// variants is the one table of them; a family that has no row is taken by the last.
var variants = []variant{
	{family: "moodle", deepLinking: []string{"ContentArea"}, pending: true},
	{
		family: "canvas", deepLinking: []string{"assignment_selection", "link_selection"}, resourceLink: []string{"course_navigation"},
		privacyLevel: true, pending: true,
	},
	{deepLinking: []string{"ContentArea"}, review: true},
}

func variantOf(family string) variant {
	for _, v := range variants {
		if v.family == family {
			return v
		}
	}
	return variants[len(variants)-1]
}

// sharedIssuers are the issuers that one company uses for all its tenants, with the hosts that speak for them; a leading dot stands for
// every host below. They are chosen by the issuer alone, never by what the document says of its product.
var sharedIssuers = map[string][]string{
	"https://canvas.instructure.com":      {"sso.canvaslms.com", ".instructure.com"},
	"https://canvas.beta.instructure.com": {"sso.beta.canvaslms.com", ".beta.instructure.com"},
	"https://canvas.test.instructure.com": {"sso.test.canvaslms.com", ".test.instructure.com"},
}

// speaksFor says whether a configuration at the address may name the issuer: same origin, or a host of a shared issuer by https.
func speaksFor(issuer, address string) bool {
	at, err := url.Parse(address)
	if err != nil {
		return false
	}
	if sameOrigin(at, issuer) {
		return true
	}
	host := strings.ToLower(at.Hostname())
	for _, allowed := range sharedIssuers[issuer] {
		if at.Scheme == "https" && at.Port() == "" && (host == allowed || strings.HasPrefix(allowed, ".") && strings.HasSuffix(host, allowed)) {
			return true
		}
	}
	return false
}
