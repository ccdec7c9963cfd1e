package lti

import "slices"

// Launch is a message that passed every check (Core 1.3, 5.3 and 5.4): what the platform says about person, course and link. Texts
// that came from the platform are foreign: pages must escape them. Everything but Registration, Deployment, MessageType and
// TargetLinkURI may be empty.
type Launch struct {
	Registration  Registration
	Login         Login // as begun, now spent
	Deployment    string
	NewDeployment bool // admitted by the registration's rule, and to be stored by the caller
	MessageType   MessageType
	TargetLinkURI string

	Subject    string // "" when the launch is anonymous; identity is issuer and subject, never the e-mail
	Name       string
	GivenName  string
	FamilyName string
	Email      string
	Roles      Roles

	Context      *CourseContext // nil when the launch is from no course
	ResourceLink ResourceLink   // empty for deep linking, and for the review of a line item without a link
	Custom       Custom
	Ext          Custom // platform's own, such as Moodle's user_username
	LIS          LIS
	Presentation Presentation
	Platform     ToolPlatform
	LegacyUserID string // user id of LTI 1.1, where it differed (Core 1.3 migration)

	Endpoint    *Endpoint            // nil when grades are not offered
	NamesRoles  *NamesRoles          // nil when the roster is not offered
	DeepLinking *DeepLinkingSettings // nil but for deep linking
	ForUser     *ForUser             // nil but for submission review
}

// CourseContext is an LTI context, a course as a rule (Core 5.4.1).
type CourseContext struct {
	ID    string
	Label string
	Title string
	Types []string // in full or short, as sent
}

// ResourceLink is the placed link a launch came from (Core 5.3.5).
type ResourceLink struct {
	ID          string
	Title       string
	Description string
}

// LIS holds the identifiers of the institution's records (Core 5.4.5).
type LIS struct {
	PersonSourcedID   string
	SectionSourcedID  string
	OfferingSourcedID string
}

// Presentation is how the platform shows the tool (Core 5.4.4). Sizes are pixels, 0 when not told.
type Presentation struct {
	Locale         string
	DocumentTarget string // "iframe", "window", "frame"
	ReturnURL      string // "" unless it is an http or https address
	Width, Height  int
}

// ToolPlatform names the platform (Core 5.4.2).
type ToolPlatform struct {
	GUID    string
	Name    string
	Family  string // product_family_code: "moodle", "canvas"
	Version string
}

// Endpoint is what a launch says of the grade services (AGS 2.0, 3.1). Moodle leaves LineItem out once a link has two of them; some
// platforms give nothing but LineItem.
type Endpoint struct {
	Scopes    []string
	LineItems string
	LineItem  string
}

// Can says whether the platform grants the scope to this link (AGS 2.0, 3.1).
func (e *Endpoint) Can(scope string) bool { return e != nil && slices.Contains(e.Scopes, scope) }

// NamesRoles is what a launch says of the roster service (NRPS 2.0, 3.6.1.1).
type NamesRoles struct {
	MembershipsURL string
	Versions       []string
}

// ForUser is the person whose work a submission review is to show (Submission Review 1.0, 3). UserID is the sub of that person's own
// launches; the rest is there only when the platform shares it.
type ForUser struct {
	UserID     string
	Name       string
	GivenName  string
	FamilyName string
	Email      string
	SourcedID  string
	Roles      Roles
}

// Anonymous says whether the platform named no person (Core 1.3, 5.3.6).
func (l *Launch) Anonymous() bool { return l.Subject == "" }

// Recorded says whether what the person does is to be kept: not of anonymous launches (Core 1.3, 5.3.6), nor of the
// platform's preview person (A.2).
func (l *Launch) Recorded() bool { return !l.Anonymous() && !l.Roles.TestUser() }

// Lead says whether the person leads the course (Core 1.3, A.2.2): by roles of the context only, and only in a context.
func (l *Launch) Lead() bool { return l.Context != nil && l.Roles.Lead() }

// IsLearner says whether the person learns in the course, by roles of the context only (Core 1.3, A.2.2).
func (l *Launch) IsLearner() bool { return l.Roles.IsLearner() }

// Locale answers the language of the platform's frame, or the person's own (Core 1.3, 5.4.4).
func (l *Launch) Locale() string { return l.Presentation.Locale }
