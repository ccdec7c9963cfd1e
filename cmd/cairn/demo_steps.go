package main

import (
	"fmt"
	"net/http"
	"slices"

	"cairn/lti/ltitest"
	"cairn/mapping"
	"cairn/xapi/profile"
)

func (j *journey) launch() (string, error) {
	page, at, err := j.open(j.browser, j.sampled.Learner)
	if err != nil {
		return "", err
	}
	if page, at, err = j.chooseRoles(page, at); err != nil {
		return "", err
	}
	j.page = at
	if err := j.settle(); err != nil {
		return "", err
	}
	links, err := j.store.Projection().Links(j.ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(links, func(l activeLink) bool { return l.Subject == j.sampled.Learner })
	if i < 0 {
		return "", fmt.Errorf("no records are linked to user %s", j.sampled.Learner)
	}
	j.learner = links[i].Learner
	return fmt.Sprintf("a session, learner %s, records of %s linked; the page says %q", j.learner, links[i].Agent, title(page)), nil
}

func (j *journey) finish() (string, error) {
	if err := j.lms.View(j.ctx, j.sampled.Learner, j.sampled.Page); err != nil {
		return "", err
	}
	found, err := j.statements("verb", verbCompleted, "activity", j.lms.ModuleIRI(ltitest.Page, j.sampled.Page))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d statements say that the reading was completed, not 1", len(found))
	}
	j.reading = found[0].ID
	return fmt.Sprintf("statement %s, stored %s by %s", j.reading, found[0].Stored, found[0].Authority.Account.Name), nil
}

func (j *journey) evidence() (string, error) {
	c, r, err := j.judged(j.first)
	if err != nil {
		return "", err
	}
	if len(c.Evidence) != 1 || c.Evidence[0].Record.StatementID != j.reading || !r.Items[0].Counts {
		return "", fmt.Errorf("the ledger holds %d items, and not the one that counts", len(c.Evidence))
	}
	return fmt.Sprintf("position %d of the log counts for %s by alignment %s", c.Evidence[0].Record.Pos, j.first.Code, c.Evidence[0].Alignment), nil
}

func (j *journey) progress() (string, error) {
	if err := j.shows(j.first, "Evidenced"); err != nil {
		return "", err
	}
	states, err := j.states()
	return fmt.Sprintf("%s %q is %s; its page says why", j.first.Code, j.first.Title, states[j.first.ID]), err
}

func (j *journey) emitted() (string, error) {
	found, err := j.statements("verb", profile.VerbAchieved, "activity", j.frameworks.Default().CapabilityIRI(j.first.ID))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d statements say that it was achieved, not 1", len(found))
	}
	return fmt.Sprintf("statement %s: achieved %s", found[0].ID, found[0].Object.ID), nil
}

func (j *journey) score(want int) (string, error) {
	var got ltitest.Grade
	err := j.until(fmt.Sprintf("a score of %d", want), func() (bool, error) {
		g, ok := j.lms.Grade(j.sampled.Item, j.sampled.Learner)
		got = g
		return ok && near(g.Score, float64(want)/float64(len(j.frameworks.Default().Tracked("")))*g.Maximum), nil
	})
	if err != nil {
		return "", fmt.Errorf("%w; the gradebook has %.2f of %.0f", err, got.Score, got.Maximum)
	}
	return fmt.Sprintf("accepted by the platform: %.2f of %.0f, %q", got.Score, got.Maximum, got.Comment), nil
}

func near(a, b float64) bool { return a-b < 0.01 && b-a < 0.01 }

func (j *journey) quiz() (string, error) {
	if err := j.lms.AttemptQuiz(j.ctx, j.sampled.Learner, j.sampled.Quiz, 9); err != nil {
		return "", err
	}
	if err := j.settle(); err != nil {
		return "", err
	}
	states, err := j.states()
	if err != nil {
		return "", err
	}
	if len(states) != 1 {
		return "", fmt.Errorf("%d capabilities have progress, not 1", len(states))
	}
	return "statements kept, no evidence: nothing is tagged with the quiz", nil
}

func (j *journey) newProgress() (string, error) {
	if err := j.shows(j.later, "Evidenced"); err != nil {
		return "", err
	}
	_, r, err := j.judged(j.later)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is %s by statement %s, from before the tag", j.later.Code, r.State, r.Decisive), nil
}

func (j *journey) void() (string, error) {
	id, err := j.voidStatement(j.reading)
	if err != nil {
		return "", err
	}
	if status, err := j.statementStatus("statementId", j.reading); err != nil || status != http.StatusNotFound {
		return "", fmt.Errorf("the voided statement answers %d, not 404 (%v)", status, err)
	}
	if status, err := j.statementStatus("voidedStatementId", j.reading); err != nil || status != http.StatusOK {
		return "", fmt.Errorf("the voided statement cannot be read as voided: %d (%v)", status, err)
	}
	return fmt.Sprintf("statement %s voids %s, which is kept and no longer found", id, j.reading), nil
}

func (j *journey) creditGone() (string, error) {
	if err := j.settle(); err != nil {
		return "", err
	}
	_, r, err := j.judged(j.first)
	if err != nil {
		return "", err
	}
	if r.State != mapping.Withdrawn || len(r.Items) != 1 || r.Items[0].Reason != mapping.ReasonVoided {
		return "", fmt.Errorf("the capability is %s", r.State)
	}
	if err := j.shows(j.first, "Withdrawn"); err != nil {
		return "", err
	}
	found, err := j.statements("verb", profile.VerbForfeited, "activity", j.frameworks.Default().CapabilityIRI(j.first.ID))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%d statements say that it was forfeited, not 1 (%v)", len(found), err)
	}
	return fmt.Sprintf("%s is withdrawn, reason %q; statement %s: forfeited", j.first.Code, r.Items[0].Reason, found[0].ID), nil
}

// replay does what `cairn replay` does, beside the running server.
func (j *journey) replay() (string, error) {
	before, err := j.snapshot()
	if err != nil {
		return "", err
	}
	head, err := j.store.Head(j.ctx)
	if err != nil {
		return "", err
	}
	if err := j.program.replay(j.store, head); err != nil {
		return "", err
	}
	after, err := j.snapshot()
	if err != nil {
		return "", err
	}
	if before != after {
		return "", fmt.Errorf("before the replay:\n%s\nafter it:\n%s", before, after)
	}
	return fmt.Sprintf("%d entries folded; state, reasons and history are the same, and the log ends where it did", head), nil
}
