// Package profile is Cairn's xAPI Profile: the statements that tell others about a learner's progress, built as deterministic
// bytes, the profile document that describes them, and a checker that holds statements against the templates of a profile. It
// imports xapi at most, and knows neither frameworks nor databases: what a statement tells is given as Params.
package profile

// Identifiers of others that the statements use.
const (
	VerbProgressed = "http://adlnet.gov/expapi/verbs/progressed"
	VerbAchieved   = "https://w3id.org/xapi/tla/verbs/achieved"
	VerbForfeited  = "https://w3id.org/xapi/tla/verbs/forfeited"
	VerbExpired    = "https://w3id.org/xapi/tla/verbs/expired"
	VerbConferred  = "https://w3id.org/xapi/tla/verbs/conferred"
	VerbRevoked    = "https://w3id.org/xapi/tla/verbs/revoked"
	VerbRated      = "http://id.tincanapi.com/verb/rated"
	// VerbAsserted and VerbAchievedADL are what some readers look for in place of VerbAchieved, see Companion.
	VerbAsserted    = "https://w3id.org/xapi/tla/verbs/asserted"
	VerbAchievedADL = "http://adlnet.gov/expapi/verbs/achieved"

	TypeCompetency = "https://w3id.org/xapi/tla/activity-types/competency"
	TypeFramework  = "https://w3id.org/xapi/tla/activity-types/competency-framework"
	TypeProfile    = "http://adlnet.gov/expapi/activities/profile"

	ExtensionProgress = "https://w3id.org/xapi/cmi5/result/extensions/progress" // result: whole percent, 0 to 100
	ExtensionEvidence = "https://w3id.org/xapi/tla/extensions/evidence"         // context: ids of the statements that count
	ExtensionExpires  = "https://w3id.org/xapi/comp/contextextensions/expires"  // context: when it ends by time alone, a timestamp

	// ADLVersion and ADLType are ADL's Learner Competency profile, named by the statements that fit one of its templates.
	ADLVersion = "https://w3id.org/xapi/learnercompetency/1.0"
	ADLType    = "https://w3id.org/xapi/learnercompetency"
)

// The identifiers of Cairn's own profile follow from the IRI base of the instance (settled question 17), which has no trailing
// slash.

// IRI is the profile, whatever its version.
func IRI(base string) string { return base + "/profile" }

// VersionIRI is this version of the profile: the id of the category on every statement of Cairn's own.
func VersionIRI(base string) string { return IRI(base) + "/v1" }

// ReasonIRI is the result extension that says why a capability was lost: one of Reasons.
func ReasonIRI(base string) string { return IRI(base) + "/extensions/reason" }

// RatingIRI is the result extension that holds a learner's own rating: an object with now and needed.
func RatingIRI(base string) string { return IRI(base) + "/extensions/rating" }

// TemplateIRI is the template of a kind of statement.
func TemplateIRI(base string, k Kind) string { return IRI(base) + "/templates/" + string(k) }

// Kind is what a statement tells. Values are part of identifiers: never rename.
type Kind string

// The kinds.
const (
	KindProgressed Kind = "progressed"
	KindAchieved   Kind = "achieved"
	KindForfeited  Kind = "forfeited"
	KindExpired    Kind = "expired"
	KindRated      Kind = "rated"
	KindConferred  Kind = "conferred"
	KindRevoked    Kind = "revoked"

	KindAsserted    Kind = "asserted"     // companion of achieved
	KindAchievedADL Kind = "achieved-adl" // companion of achieved
)
