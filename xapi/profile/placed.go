package profile

import (
	"fmt"
	"strings"
	"time"
)

// Identifiers of others that the statements about placed activities use.
const (
	VerbLaunched  = "http://adlnet.gov/expapi/verbs/launched"
	VerbOpened    = "http://activitystrea.ms/schema/1.0/open"
	VerbCompleted = "http://adlnet.gov/expapi/verbs/completed"

	TypeLink   = "http://adlnet.gov/expapi/activities/link"
	TypeCourse = "http://adlnet.gov/expapi/activities/course"
)

// The kinds of statement about an activity that was placed in a course. Unlike those about capabilities they are evidence.
const (
	KindLaunched  Kind = "launched"
	KindOpened    Kind = "opened"
	KindCompleted Kind = "completed"
)

// selfConfirmed is the end of the IRI of the category that marks a completion which only the learner's own word supports.
const selfConfirmed = "/profile/concepts/self-confirmed"

// SelfConfirmedIRI is the category of a completion that only the learner's own word supports.
func SelfConfirmedIRI(base string) string { return base + selfConfirmed }

// IsSelfConfirmed says whether a category marks a completion as the learner's own word, whatever the IRI base was when the
// statement was made.
func IsSelfConfirmed(iri string) bool { return strings.HasSuffix(iri, selfConfirmed) }

// ActivityIRI is the IRI of an activity that is placed, minted once and kept: it never changes.
func ActivityIRI(base, id string) string { return base + "/activity/" + id }

// Placed is everything a statement about a placed activity is made of. The same Placed make the same bytes.
type Placed struct {
	Base          string // IRI base, without a trailing slash
	ActivityID    string // in the ids only
	Account       string // id of the account; in the ids only
	Actor         Account
	Activity      Named
	Course        Named         // "" when the course has no IRI
	Capabilities  []Named       // that the activity counts towards
	Occasion      string        // sets apart what happens more than once; "" for the first time
	At            time.Time     // when it happened
	Spent         time.Duration // between opening and completing, whole seconds; 0 when not measured
	SelfConfirmed bool          // completed: only the learner's own word supports it
}

// ID is the id of the statement of a kind: UUIDv5 of activity, account, kind and occasion.
func (p Placed) ID(k Kind) string {
	return derived("placed", p.ActivityID, p.Account, string(k), p.Occasion)
}

// Launched says that the learner came from the course.
func Launched(p Placed) []byte { return p.statement(KindLaunched, VerbLaunched).bytes() }

// Opened says that the learner opened what the activity leads to.
func Opened(p Placed) []byte { return p.statement(KindOpened, VerbOpened).bytes() }

// Completed says that the learner finished.
func Completed(p Placed) []byte {
	s := p.statement(KindCompleted, VerbCompleted)
	yes := true
	s.Result = &result{Completion: &yes}
	if n := int64(p.Spent / time.Second); n > 0 {
		s.Result.Duration = fmt.Sprintf("PT%dS", n)
	}
	if p.SelfConfirmed {
		s.Context.Activities.Category = append(s.Context.Activities.Category, activityOf(Named{IRI: SelfConfirmedIRI(p.Base)}, TypeProfile))
	}
	return s.bytes()
}

func (p Placed) statement(k Kind, verb string) statement {
	s := statement{
		ID:        p.ID(k),
		Actor:     p.Actor.agent(),
		Verb:      named{ID: verb, Display: english(string(k))},
		Object:    activityOf(p.Activity, TypeLink),
		Timestamp: timestamp(p.At),
	}
	s.Context.Registration = derived("placed", p.ActivityID, p.Account, "attempt")
	s.Context.Activities.Category = []activity{activityOf(Named{IRI: VersionIRI(p.Base)}, TypeProfile)}
	if p.Course.IRI != "" {
		s.Context.Activities.Grouping = []activity{activityOf(p.Course, TypeCourse)}
	}
	for _, c := range p.Capabilities {
		s.Context.Activities.Other = append(s.Context.Activities.Other, activityOf(c, TypeCompetency))
	}
	return s
}

// placedTemplates are the templates of the statements about placed activities.
func placedTemplates(base string) []Template {
	none := func(parts ...string) (out []Rule) {
		for _, part := range parts {
			out = append(out, Rule{Location: "$.result." + part, Presence: Excluded})
		}
		return out
	}
	return []Template{
		placedTemplate(base, KindLaunched, VerbLaunched, "A learner came to an activity from the course.", none("completion", "success", "score")...),
		placedTemplate(base, KindOpened, VerbOpened, "A learner opened what the activity leads to.", none("completion", "success", "score")...),
		placedTemplate(base, KindCompleted, VerbCompleted, "A learner finished an activity.",
			append(none("success", "score"), Rule{Location: "$.result.completion", Presence: Included, All: []any{true}})...),
	}
}

func placedTemplate(base string, k Kind, verb, about string, rules ...Rule) Template {
	return Template{
		ID: TemplateIRI(base, k), Type: "StatementTemplate", InScheme: VersionIRI(base), PrefLabel: english(string(k)), Definition: english(about),
		Verb: verb, ObjectType: TypeLink, CategoryType: []string{TypeProfile},
		Rules: append([]Rule{
			{Location: "$.id", Presence: Included},
			{Location: "$.timestamp", Presence: Included},
			{Location: "$.actor.account.name", Presence: Recommended},
			{Location: "$.actor.name", Presence: Excluded},
			{Location: "$.context.registration", Presence: Included},
			{Location: "$.context.contextActivities.grouping[*].id", Presence: Recommended},
			{Location: "$.context.contextActivities.other[*].id", Presence: Recommended},
			{Location: "$.context.contextActivities.category[*].id", Presence: Included, Any: []any{VersionIRI(base)}},
		}, rules...),
	}
}

// selfConfirmedConcept describes the category.
func selfConfirmedConcept(base, scheme string) concept {
	return concept{
		ID: SelfConfirmedIRI(base), Type: "Activity", InScheme: scheme,
		Activity: &conceptActivity{
			Context: "https://w3id.org/xapi/profiles/activity-context", Type: TypeProfile, Name: english("self-confirmed"),
			Description: english("Marks a completion that only the learner's own word supports."),
		},
	}
}
