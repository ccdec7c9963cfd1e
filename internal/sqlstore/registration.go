package sqlstore

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"cairn/internal/learner"
	"cairn/internal/web"
	"cairn/lti"
)

// Registration is an LTI registration with what is Cairn's own about it.
type Registration struct {
	lti.Registration
	Platform      string               // family of the LMS in lower case: "moodle", "canvas", ...; "" unknown
	Identity      learner.IdentityRule // which agents its launches prove
	CoursePattern string               // IRI of a course, with {issuer} and {context}; "" takes the platform's
	FrameOrigins  []string             // origins that may frame the pages; none: the origin of the issuer
	AdminPageOff  bool                 // the LMS's administrators may not see how the connection stands
	Pseudonymous  bool                 // no names of its people are kept; changed by SetPseudonymous alone
	CreatedAt     time.Time
}

// coursePatterns is what the platforms name a course in statements (settled question 4).
var coursePatterns = map[string]string{
	"moodle": "{issuer}/course/view.php?id={context}",
}

// Pattern is the IRI of a course in statements, with {issuer} and {context}: the registration's own, else its platform's, else "".
func (r Registration) Pattern() string { return cmp.Or(r.CoursePattern, coursePatterns[r.Platform]) }

// modulePatterns is what the platforms name the activity of an LTI link in statements.
var modulePatterns = map[string]string{
	"moodle": "{issuer}/mod/lti/view.php?id={cmid}",
}

// ModulePattern is the IRI of the platform's own activity for one of our links, with {issuer} and the {cmid} of the message hint;
// "" when the platform is not known to tell it.
func (r Registration) ModulePattern() string { return modulePatterns[r.Platform] }

// CourseIRI is what statements of the course with this LTI context id name, "" when no pattern is known for the platform.
func (r Registration) CourseIRI(contextID string) string {
	return web.CourseIRI(r.Pattern(), r.Issuer, contextID)
}

// Origins is which origins may frame the pages: those given, else the issuer's (settled question 5).
func (r Registration) Origins() []string {
	if len(r.FrameOrigins) > 0 {
		return slices.Clone(r.FrameOrigins)
	}
	if u, err := url.Parse(r.Issuer); err == nil && u.Scheme != "" && u.Host != "" {
		return []string{u.Scheme + "://" + u.Host}
	}
	return nil
}
