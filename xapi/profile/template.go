package profile

import "slices"

// Template is a Statement Template of an xAPI Profile: by its determining properties it says which statements it is about, by
// its rules what they have.
type Template struct {
	ID           string            `json:"id"`
	Type         string            `json:"type"`
	InScheme     string            `json:"inScheme"`
	PrefLabel    map[string]string `json:"prefLabel"`
	Definition   map[string]string `json:"definition"`
	Verb         string            `json:"verb,omitzero"`
	ObjectType   string            `json:"objectActivityType,omitzero"`
	GroupingType []string          `json:"contextGroupingActivityType,omitzero"`
	ParentType   []string          `json:"contextParentActivityType,omitzero"`
	OtherType    []string          `json:"contextOtherActivityType,omitzero"`
	CategoryType []string          `json:"contextCategoryActivityType,omitzero"`
	Rules        []Rule            `json:"rules"`
}

// Rule is a rule of a Template: what may stand at a location.
type Rule struct {
	Location string   `json:"location"`
	Presence Presence `json:"presence,omitzero"`
	Any      []any    `json:"any,omitzero"`
	All      []any    `json:"all,omitzero"`
	None     []any    `json:"none,omitzero"`
}

// Presence says whether something must stand at a location.
type Presence string

// The presences.
const (
	Included    Presence = "included"
	Excluded    Presence = "excluded"
	Recommended Presence = "recommended"
)

// Templates answers the templates of Cairn's profile, one for each kind of statement.
func Templates(base string) []Template {
	return slices.Concat(capabilityTemplates(base), companionTemplates(base), trackTemplates(base), placedTemplates(base))
}

// capabilityTemplates are the templates of what evidence says of a capability.
func capabilityTemplates(base string) []Template {
	return []Template{
		template(base, KindProgressed, VerbProgressed, "The percent of what a capability needs has changed.",
			Rule{Location: "$.result.extensions['" + ExtensionProgress + "']", Presence: Included},
			Rule{Location: "$.result.score", Presence: Excluded},
			Rule{Location: "$.result.success", Presence: Excluded},
			Rule{Location: "$.result.completion", Presence: Excluded},
			Rule{Location: "$.context.registration", Presence: Excluded},
		),
		award(template(base, KindAchieved, VerbAchieved, "A capability has become evidenced: its rule is met.",
			Rule{Location: "$.result.success", Presence: Included, All: []any{true}},
			Rule{Location: "$.result.score.raw", Presence: Recommended},
			Rule{Location: "$.result.score.scaled", Presence: Excluded},
			Rule{Location: "$.context.extensions['" + ExtensionEvidence + "'][*]", Presence: Included},
		)),
		award(template(base, KindForfeited, VerbForfeited, "A capability that was evidenced no longer is.",
			reasonRule(base),
			Rule{Location: "$.result.score", Presence: Excluded},
			Rule{Location: "$.result.success", Presence: Excluded},
		)),
		award(template(base, KindExpired, VerbExpired, "A capability that was evidenced no longer is: what counted has ended by time.",
			reasonRule(base),
			Rule{Location: "$.result.score", Presence: Excluded},
			Rule{Location: "$.result.success", Presence: Included, All: []any{false}},
		)),
	}
}

// reasonRule asks for one of Reasons.
func reasonRule(base string) Rule {
	r := Rule{Location: "$.result.extensions['" + ReasonIRI(base) + "']", Presence: Included}
	for _, word := range Reasons() {
		r.Any = append(r.Any, word)
	}
	return r
}

// template has what the statements of every kind have in common.
func template(base string, k Kind, verb, about string, rules ...Rule) Template {
	common := []Rule{
		{Location: "$.id", Presence: Included},
		{Location: "$.timestamp", Presence: Included},
		{Location: "$.actor.account.homePage", Presence: Included},
		{Location: "$.actor.account.name", Presence: Included},
		{Location: "$.actor.name", Presence: Excluded},
		{Location: "$.object.objectType", Presence: Included, Any: []any{"Activity"}},
		{Location: "$.object.definition.type", Presence: Included, All: []any{TypeCompetency}},
		{Location: "$.context.contextActivities.grouping[*].id", Presence: Included},
		{Location: "$.context.contextActivities.category[*].id", Presence: Included, Any: []any{VersionIRI(base)}},
		{Location: "$.context.statement.id", Presence: Recommended},
	}
	return Template{
		ID: TemplateIRI(base, k), Type: "StatementTemplate", InScheme: VersionIRI(base),
		PrefLabel: english(string(k)), Definition: english(about),
		Verb: verb, ObjectType: TypeCompetency, GroupingType: []string{TypeFramework}, CategoryType: []string{TypeProfile},
		Rules: append(common, rules...),
	}
}

// award is a template that also asks for what ADL's Learner Competency profile asks for.
func award(t Template) Template {
	t.CategoryType = append(t.CategoryType, ADLType)
	t.Rules = append(t.Rules,
		Rule{Location: "$.context.contextActivities.category[*].id", Presence: Included, Any: []any{ADLVersion}},
		Rule{Location: "$.context.registration", Presence: Included},
	)
	return t
}
