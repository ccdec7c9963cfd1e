package api

import (
	"net/http"
	"slices"

	"cairn/mapping"
	"cairn/xapi/lrs"
)

func (s *service) learnerRoutes() []route {
	const group = "Learners"
	read := func(path, name, summary, about string, gives any, do func(*call) (answer, error), query ...[]parameter) route {
		return route{method: http.MethodGet, path: path, name: name, group: group, scope: lrs.ScopeLearnersRead, wide: true, gone: true,
			summary: summary, about: about, gives: gives, do: do, query: query}
	}
	find := read("/learners", "listLearners", "Learners by id, or the one with an account",
		"A learner is a person with one or more accounts. Of a credential that is limited to one LMS the answer holds only people with an account there, and only those accounts. Of a pseudonymous registration the accounts are told, and found, by the pseudonym that emitted statements carry: `issuer` is this Cairn's address then.",
		learnerList{}, s.listLearners, one(text("issuer", "The platform of an account, as it names itself; with `subject`."), text("subject", "The person, as the platform names them; with `issuer`.")), paging)
	find.gone = false
	table := read("/learners/{learner}/explanations.csv", "exportExplanations", "Why a learner stands as they do in every capability of a framework, as a table",
		"One row an item of evidence, counted or not with its reason, and one for a capability without any; the rule, what is missing, what comes next and what changes with time stand in each row of the capability.",
		"", s.exportExplanations, framework, past)
	table.kind = "text/csv"
	const of = "/learners/{learner}"
	return []route{
		find,
		read(of, "getLearner", "One learner", "", Learner{}, s.getLearner),
		read(of+"/progress", "getProgress", "How a learner stands in every capability of a framework", "",
			progressList{}, s.getProgress, framework, one(parameter{name: "state", about: "Only in this state.", kind: kindText, words: wordsOf(states...)}), past),
		read(of+"/capabilities/{capability}", "explainCapability", "Why a learner stands so in a capability",
			"The one explanation that pages, exports and statements are made of: what counted, what did not and why, what is missing, what comes next, and what changes with time. `basis` is what it rests on: with its `pos` and the date `at` as `known_at`, the same answer is made again at any time.",
			explanation{}, s.explain, past),
		table,
		read(of+"/capabilities/{capability}/history", "getHistory", "Every change of a learner's state in a capability, oldest first", "", transitionList{}, s.history, paging),
		read(of+"/ratings", "listRatings", "How learners rate themselves, where they share it",
			"Self-ratings are a track of their own and never evidence. The last one of each capability.", ratingList{}, s.ratings),
		read(of+"/endorsements", "listEndorsements", "What assessors endorsed, also what ended or was withdrawn", "", endorsementList{}, s.endorsements),
	}
}

var states = []mapping.State{mapping.NotStarted, mapping.InProgress, mapping.Evidenced, mapping.Expiring, mapping.Expired, mapping.Withdrawn}

type learnerList struct {
	Items []Learner `json:"items"`
	Next  string    `json:"next,omitzero"`
}

func (s *service) listLearners(c *call) (answer, error) {
	if (c.query["issuer"] == "") != (c.query["subject"] == "") {
		return answer{}, newProblem("parameter_missing", "an account is named by issuer and subject together")
	}
	f := LearnerFilter{Reach: c.reach, Issuer: c.query["issuer"], Subject: c.query["subject"]}
	if err := s.place(c, &f.After); err != nil {
		return answer{}, err
	}
	limit := c.number("limit", defaultLimit)
	f.Limit = limit + 1
	all, err := s.Records.Learners(c.Context(), f)
	if err != nil {
		return answer{}, err
	}
	all, next, err := page(s, c, all, limit, func(l Learner) any { return l.ID })
	for i := range all {
		all[i] = shown(c, all[i])
	}
	return answer{body: learnerList{all, next}}, err
}

// shown leaves names out for who may not have them.
func shown(c *call, l Learner) Learner {
	if !c.named() {
		l.Accounts = slices.Clone(l.Accounts)
		for i := range l.Accounts {
			l.Accounts[i].Name = ""
		}
	}
	return l
}

// learner finds the one that the address names, when the credential reaches it. ErrNotFound.
func (s *service) learner(c *call) (Learner, error) {
	all, err := s.Records.Learners(c.Context(), LearnerFilter{Reach: c.reach, ID: c.PathValue("learner"), Limit: 1})
	if err != nil || len(all) == 0 {
		return Learner{}, orNotFound(err)
	}
	return all[0], nil
}

func orNotFound(err error) error {
	if err == nil {
		return ErrNotFound
	}
	return err
}

func (s *service) getLearner(c *call) (answer, error) {
	l, err := s.learner(c)
	return answer{body: shown(c, l)}, err
}

type ratingList struct {
	Items []mapping.Rating `json:"items"`
}

func (s *service) ratings(c *call) (answer, error) {
	l, err := s.learner(c)
	if err != nil {
		return answer{}, err
	}
	all, err := s.Tracks.SharedRatings(c.Context(), []string{l.ID})
	return answer{body: ratingList{all}}, err
}

type endorsementList struct {
	Items []mapping.Endorsement `json:"items"`
}

func (s *service) endorsements(c *call) (answer, error) {
	l, err := s.learner(c)
	if err != nil {
		return answer{}, err
	}
	all, err := s.Tracks.Endorsements(c.Context(), l.ID)
	all = slices.DeleteFunc(all, func(e mapping.Endorsement) bool { return !c.reach.sees(e.Scope) })
	return answer{body: endorsementList{all}}, err
}
