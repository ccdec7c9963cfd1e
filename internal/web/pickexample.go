package web

import (
	"strconv"
	"strings"
	"time"

	"cairn/mapping"
)

// pickExamples works each way of choosing among several records of one activity on an example of its own, with the score that the form
// asks for, or 70 (pages.md 3.2, A3).
func (v *visit) pickExamples(f ruleForm) (out []string) {
	needed := 700
	if points, err := strconv.ParseFloat(strings.Replace(f.Score, ",", ".", 1), 64); err == nil && f.What == "score" && points >= 1 && points <= 100 {
		needed = int(points * 10)
	}
	good, bad, worse := needed+(1000-needed)/2, needed*9/10, needed*8/10
	for _, one := range []struct {
		way    string
		pick   mapping.Pick
		scores []int
	}{{v.say("ruleform.pick.highest"), mapping.PickHighest, []int{good, bad}}, {v.say("ruleform.pick.latest"), mapping.PickLatest, []int{good, bad}},
		{v.say("ruleform.pick.most_common"), mapping.PickMostCommon, []int{good, bad, worse}}} {
		texts := make([]string, len(one.scores))
		for i, score := range one.scores {
			texts[i] = v.milli(score)
		}
		verdict := v.say("ruleform.pick.not")
		if pickCounts(one.pick, needed, one.scores, v.now()) {
			verdict = v.say("ruleform.pick.counts")
		}
		out = append(out, v.say("ruleform.pick.example", "way", one.way, "scores", strings.Join(texts, ", "), "needed", v.milli(needed), "verdict", verdict))
	}
	return out
}

// pickCounts says whether an activity that somebody did with these scores, one a day, counts.
func pickCounts(pick mapping.Pick, needed int, scores []int, at time.Time) bool {
	everyone := mapping.Scope{Kind: mapping.ScopeInstance}
	c := mapping.Case{Capability: "c", At: at, Rules: []mapping.ScopedRule{{Capability: "c", Scope: everyone, Rule: mapping.Rule{Kind: mapping.RuleAny, Pick: pick}}},
		Alignments: []mapping.Alignment{{ID: "a", Capability: "c", Scope: everyone, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: "urn:example"}, Criterion: mapping.Criterion{MinMilli: &needed}}}}
	for i, score := range scores {
		c.Evidence = append(c.Evidence, mapping.Evidence{Alignment: "a", Kind: mapping.EvidenceDone, Record: mapping.Record{Pos: int64(i + 1), StatementID: strconv.Itoa(i),
			Verb: mapping.VerbCompleted, Activity: "urn:example", Time: at.AddDate(0, 0, i-len(scores)), ScoreMilli: &score}})
	}
	return mapping.Evaluate(c).State == mapping.Evidenced
}
