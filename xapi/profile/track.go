package profile

// Own rating and endorsement run beside evidence (mapping.md, evidence 6): statements of their own, and never evidence.

// Rated says how a learner sees themselves: now and needed are words, "" for what was not said. It has neither score nor success.
func Rated(p Params, now, needed string) []byte {
	s := p.statement(KindRated, VerbRated)
	s.Result = &result{Extensions: map[string]any{RatingIRI(p.Base): rating{now, needed}}}
	return s.bytes()
}

type rating struct {
	Now    string `json:"now,omitzero"`
	Needed string `json:"needed,omitzero"`
}

// Conferred says that an assessor (Params.Actor) endorsed the learner. Trigger has to be set: the statement it stands on.
func Conferred(p Params, about Account) []byte {
	s := p.endorsement(KindConferred, VerbConferred, about)
	p.expires(&s)
	return s.bytes()
}

// Revoked says that an endorsement was withdrawn, by the Actor. Trigger is the statement that conferred it.
func Revoked(p Params, about Account) []byte {
	s := p.endorsement(KindRevoked, VerbRevoked, about)
	s.Result = &result{Extensions: map[string]any{ReasonIRI(p.Base): p.Reason}}
	return s.bytes()
}

// endorsement is about a person: the capability stands in grouping (settled question 16).
func (p Params) endorsement(k Kind, verb string, about Account) statement {
	s := p.statement(k, verb)
	s.Object = about.agent()
	s.Context.Activities.Grouping = append([]activity{activityOf(p.Capability, TypeCompetency)}, s.Context.Activities.Grouping...)
	p.adl(&s, p.EndorsementRegistration())
	return s
}

// trackTemplates are the templates of ratings and endorsements.
func trackTemplates(base string) []Template {
	return []Template{
		template(base, KindRated, VerbRated, "A learner said how they see themselves, and where they need to be.",
			Rule{Location: "$.result.extensions['" + RatingIRI(base) + "']", Presence: Included},
			Rule{Location: "$.result.score", Presence: Excluded},
			Rule{Location: "$.result.success", Presence: Excluded},
			Rule{Location: "$.context.registration", Presence: Excluded},
		),
		endorsementTemplate(base, KindConferred, VerbConferred, "An assessor endorsed a learner.",
			Rule{Location: "$.result", Presence: Excluded}),
		endorsementTemplate(base, KindRevoked, VerbRevoked, "An endorsement was withdrawn.",
			reasonRule(base),
			Rule{Location: "$.result.score", Presence: Excluded},
			Rule{Location: "$.result.success", Presence: Excluded}),
	}
}

func endorsementTemplate(base string, k Kind, verb, about string, rules ...Rule) Template {
	t := Template{
		ID: TemplateIRI(base, k), Type: "StatementTemplate", InScheme: VersionIRI(base), PrefLabel: english(string(k)), Definition: english(about),
		Verb: verb, GroupingType: []string{TypeCompetency, TypeFramework}, CategoryType: []string{TypeProfile},
		Rules: append([]Rule{
			{Location: "$.id", Presence: Included},
			{Location: "$.timestamp", Presence: Included},
			{Location: "$.actor.account.homePage", Presence: Included},
			{Location: "$.actor.account.name", Presence: Included},
			{Location: "$.actor.name", Presence: Excluded},
			{Location: "$.object.objectType", Presence: Included, Any: []any{"Agent"}},
			{Location: "$.object.account.name", Presence: Included},
			{Location: "$.context.contextActivities.grouping[*].id", Presence: Included},
			{Location: "$.context.contextActivities.category[*].id", Presence: Included, Any: []any{VersionIRI(base)}},
			{Location: "$.context.statement.id", Presence: Included},
		}, rules...),
	}
	return award(t)
}

// ratingConcept describes the extension of Rated.
func ratingConcept(base, scheme string) concept {
	return concept{
		ID: RatingIRI(base), Type: "ResultExtension", InScheme: scheme, PrefLabel: english("rating"),
		Definition: english("A learner's own view. now: not_tried, with_help, on_own or help_others. needed: not_needed, with_help, on_own or help_others."),
		Verbs:      []string{VerbRated},
		Schema:     `{"type":"object","properties":{"now":{"type":"string"},"needed":{"type":"string"}}}`,
	}
}
