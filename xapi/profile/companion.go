package profile

import "slices"

// Companion is a statement that says an achievement once more, in the dialect of one kind of reader (mapping.md, "What is
// emitted"). Companions are off unless the operator switches them on. Values are configuration: never rename.
type Companion string

// The companions.
const (
	CompanionAsserted Companion = "asserted" // the verb asserted, without a result, for a plugin of Moodle
	CompanionAchieved Companion = "achieved" // ADL's older verb achieved, for ELRR
)

// Companions answers all there are.
func Companions() []Companion { return []Companion{CompanionAsserted, CompanionAchieved} }

// Known says whether there is such a companion.
func (c Companion) Known() bool { return slices.Contains(Companions(), c) }

// Statement is the companion of an achievement.
func (c Companion) Statement(p Params) []byte {
	if c == CompanionAchieved {
		return AchievedADL(p)
	}
	return Asserted(p)
}

// Asserted is the companion of Achieved for readers that take any result for a grade: it has none.
func Asserted(p Params) []byte { return p.statement(KindAsserted, VerbAsserted).bytes() }

// AchievedADL is the companion of Achieved for readers that look for ADL's older verb.
func AchievedADL(p Params) []byte {
	s := p.statement(KindAchievedADL, VerbAchievedADL)
	yes := true
	s.Result = &result{Success: &yes}
	s.Verb.Display = english("achieved")
	s.Context.Extensions = map[string]any{ExtensionEvidence: append([]string{}, p.Evidence...)}
	p.expires(&s)
	return s.bytes()
}

// companionTemplates are the templates of companions. Companions name no registration, so that they stand in no pattern.
func companionTemplates(base string) []Template {
	alone := Rule{Location: "$.context.registration", Presence: Excluded}
	return []Template{
		template(base, KindAsserted, VerbAsserted, "A capability has become evidenced: said once more for readers of this verb.",
			Rule{Location: "$.result", Presence: Excluded}, alone),
		template(base, KindAchievedADL, VerbAchievedADL, "A capability has become evidenced: said once more for readers of this verb.",
			Rule{Location: "$.result.success", Presence: Included, All: []any{true}},
			Rule{Location: "$.result.score", Presence: Excluded}, alone),
	}
}
