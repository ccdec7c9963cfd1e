package ltitest

import "time"

// Profile names how one kind of platform behaves: one field for each quirk, so that a new platform is a new value and no
// new code path is hidden behind a product name.
type Profile struct {
	Name string // shown to people and put into tool_platform's product_family_code

	// The id_token (LTI Core 1.3, section 5.3; Security Framework 1.0, section 5.1.2).
	IDTokenLife      time.Duration // exp less iat
	AuthorizedParty  bool          // azp is sent
	TokenID          bool          // jti is sent
	ShortContextType bool          // context type "CourseSection" in place of the full IRI
	BasicOutcomes    bool          // the LTI 1.1 outcome claim goes with each launch
	MoodleExtensions bool          // ext claim and service addresses among the custom parameters
	UsernameLeaks    bool          // $User.username expands even when names are not shared
	RosterVersions   []string      // service_versions of the roster claim

	// Login initiation (Security Framework 1.0, section 5.1.1.1).
	InitiateByGET bool // by redirect in place of a form POST

	FullNamesOnly  bool   // neither given nor family name
	SeveralKeys    bool   // the key set holds another key before the one that signs
	KeysWithoutAlg bool   // keys name no algorithm
	StorageTarget  string // lti_storage_target: the frame that keeps values for the tool; "" offers none

	// Deep linking (Deep Linking 2.0, sections 4.4 and 4.5).
	AcceptTypes    []string // content item types asked for
	AcceptTargets  []string // accept_presentation_document_targets
	AcceptMultiple bool
	AcceptLineItem *bool // nil: not told; line items are made nevertheless
	DeepLinkData   bool  // data is sent, and must come back
	AnyContentType bool  // items of types not asked for become links too
	ItemsNeedURL   bool  // an item without an address is refused
	ReusableReturn bool  // the return address can be used again, and so can an answer
	RepostsAnswers bool  // the answer is posted once more, by the platform to itself

	// Dynamic registration (Dynamic Registration 1.0, section 3).
	NoRegistration          bool     // tools are registered by hand only
	NoRegistrationToken     bool     // the configuration's own address is the secret
	Version                 string   // of the product, in launches
	Release                 string   // of the product, in its configuration; "" means Version
	Placements              []string // of the deep linking message
	SubmissionReview        bool     // the message is offered
	MessagesAsNames         bool     // messages_supported is a list of names
	TokenForDiscovery       bool     // the configuration is shown to who brings a registration token
	TokenAudience           string   // the constant audience of client assertions; "" means the token endpoint or the issuer
	PlainRegistrationErrors bool     // errors are bare words in text/html
	RegistrationAnswers200  bool     // in place of 201
	ReusableUpdateToken     bool     // a token to update can be used again
	PendingTools            bool     // an administrator switches on a tool that registered itself
	DeploymentInAnswer      bool     // the answer tells the deployment id
	CutsCustomValues        bool     // the answer shows custom values up to their first '='

	// Access tokens (Security Framework 1.0, section 4.1).
	AccessTokenLife     time.Duration
	TokensAsHTML        bool // answers of the token endpoint claim to be text/html, and an error may be invalid JSON
	AnyTokenAudience    bool // the audience of the client assertion is not checked
	AnyAssertionIssuer  bool // the client is found by sub alone; iss may be anything
	ReusableAssertions  bool // jti may be missing or come again
	WrongScopeIs401     bool // a service answers 401 where 403 is meant
	WholeCourseAccess   bool // a token reads every course of the platform, also those without the tool
	TypeIDInServiceURLs bool // line-item addresses carry ?type_id=

	TextAudience   bool // the audience of the client assertion must be one text
	NeedsUserAgent bool // services refuse callers that do not name themselves

	// Media types of the services (AGS 2.0, section 3.1; NRPS 2.0, section 2.2).
	ExactMediaTypes bool // Accept is compared as a whole: no lists, no parameters, and */* is refused for line items

	// Lists of services (RFC 8288).
	PageSize     int  // entries on a page at most; 0 means all, unless a limit is asked for
	IgnoresLimit bool // of rosters: everybody comes at once

	// Line items (AGS 2.0, section 3.2).
	MalformedPaging    bool // curly quotes and &amp; in the Link header of line items
	DropsLineItemDates bool // startDateTime, endDateTime, gradesReleased and submissionReview are echoed and forgotten
	ZeroMaximum        bool // scoreMaximum 0 is accepted

	// Scores and results (AGS 2.0, sections 3.4 and 3.3).
	SecondPrecision         bool // timestamps are compared by whole seconds
	ErasesUnlessFullyGraded bool // any gradingProgress but FullyGraded takes the grade away
	LenientScores           bool // numbers as strings, numeric userId, unknown progress words
	ClampsScores            bool // a score outside 0..maximum is moved to the nearer end
	CountsSubmissions       bool // a score is a new submission unless it says otherwise in Canvas's own member
	BareUserResults         bool // results of one person come without their comments
	ResultLimitCrashes      bool // results?limit= answers 404 with an error page

	// The roster (NRPS 2.0, section 2.2).
	ShortRosterRoles bool // "Learner" in place of the full IRI
	RosterChanges    bool // differences are offered (NRPS 2.0, section 2.4.2)
	OldRoster        bool // also speaks the membership format of NRPS 1.0

	// Errors.
	ErrorPages404 bool // a request that cannot be trusted gets an HTML page with 404 in place of 400
}

// Moodle is a Moodle 4.5 as its captured answers show it.
func Moodle() Profile {
	return Profile{
		Name: "moodle", Version: "2024100706", Release: "4.5.6 (Build: 20250811)", IDTokenLife: time.Minute, ShortContextType: true, BasicOutcomes: true, MoodleExtensions: true,
		UsernameLeaks: true, RosterVersions: []string{"1.0", "2.0"},
		AccessTokenLife: time.Hour, TokensAsHTML: true, AnyTokenAudience: true, AnyAssertionIssuer: true,
		ReusableAssertions: true, WrongScopeIs401: true, WholeCourseAccess: true, TypeIDInServiceURLs: true,
		ExactMediaTypes: true, MalformedPaging: true, DropsLineItemDates: true, ZeroMaximum: true,
		SecondPrecision: true, ErasesUnlessFullyGraded: true, LenientScores: true, ClampsScores: true,
		ResultLimitCrashes: true, ShortRosterRoles: true, OldRoster: true, ErrorPages404: true,
		AcceptTypes: []string{"ltiResourceLink"}, AcceptTargets: []string{"frame", "iframe", "window"}, AcceptMultiple: true,
		AnyContentType: true, ReusableReturn: true, RepostsAnswers: true,
		Placements: []string{"ContentArea"}, PlainRegistrationErrors: true, RegistrationAnswers200: true, ReusableUpdateToken: true,
		PendingTools: true, DeploymentInAnswer: true, CutsCustomValues: true,
	}
}

// Strict is a platform that keeps to the letter of the 1EdTech specifications and refuses whatever they forbid.
func Strict() Profile {
	return Profile{
		Name: "strict", IDTokenLife: 5 * time.Minute, AuthorizedParty: true, TokenID: true, RosterVersions: []string{"2.0"},
		AccessTokenLife: time.Hour, AcceptTypes: everyType, AcceptTargets: []string{"embed", "iframe", "window"}, AcceptMultiple: true,
		AcceptLineItem: told(true), DeepLinkData: true, Version: "1.0", Placements: []string{"ContentArea", "RichTextEditor"},
		SubmissionReview: true, DeploymentInAnswer: true, RosterChanges: true,
	}
}

// everyType are the content item types of the specification.
var everyType = []string{"link", "ltiResourceLink", "file", "html", "image"}

func told(v bool) *bool { return &v }

func (f Profile) release() string { return or(f.Release, f.Version) }
