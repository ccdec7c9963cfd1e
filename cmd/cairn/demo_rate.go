package main

import (
	"fmt"
	"net/url"
	"regexp"

	"cairn/lti/ltitest"
	"cairn/mapping"
	"cairn/xapi/profile"
)

// rateLink is what leads from a capability to the page that rates it.
var rateLink = regexp.MustCompile(`me(/rate/[0-9a-f-]+/\d+)`)

// rate does what a learner does: follows the link of a capability to the page that rates it, answers, and does so again to share the
// answer. It looks for the rating on the capability's page, and for a statement once it is shared; the state must be what it was.
func (j *journey) rate() (string, error) {
	if err := j.say(mapping.RatingNotTried, false); err != nil {
		return "", err
	}
	if found, err := j.ratedStatements(); err != nil || len(found) != 0 {
		return "", fmt.Errorf("%d statements tell a rating that is not shared (%v)", len(found), err)
	}
	if err := j.say(mapping.RatingWithHelp, true); err != nil {
		return "", err
	}
	for _, says := range []string{"Now: with help. Needed: on my own.", "Evidenced"} {
		if err := j.shows(j.first, says); err != nil {
			return "", err
		}
	}
	found, err := j.ratedStatements()
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%d statements tell the shared rating, not 1 (%v)", len(found), err)
	}
	said := string(found[0].Result.Extensions[profile.RatingIRI(j.frameworks.Default().IRIBase)])
	if said != `{"now":"with_help","needed":"on_own"}` {
		return "", fmt.Errorf("statement %s says %s", found[0].ID, said)
	}
	return fmt.Sprintf("kept alone at first; statement %s once it is shared: rated %s; the evidence is what it was", found[0].ID, said), nil
}

// say fills in the page that rates the first capability, and stops.
func (j *journey) say(now mapping.RatingWord, share bool) error {
	form, err := j.rateForm()
	if err != nil {
		return err
	}
	form.Fields.Set("now", string(now))
	form.Fields.Set("needed", string(mapping.RatingOnOwn))
	form.Fields.Set("do", "stop")
	if share {
		form.Fields.Set("share", "1")
	}
	_, err = j.submit(j.browser, form)
	return err
}

func (j *journey) ratedStatements() ([]readStatement, error) {
	return j.statements("verb", profile.VerbRated, "activity", j.frameworks.Default().CapabilityIRI(j.first.ID))
}

// rateForm opens the page that rates the first capability.
func (j *journey) rateForm() (ltitest.Form, error) {
	page, err := j.get(j.browser, j.page+"/capability/"+j.first.ID)
	if err != nil {
		return ltitest.Form{}, err
	}
	link := rateLink.FindSubmatch(page)
	if link == nil {
		return ltitest.Form{}, fmt.Errorf("the page of %s leads to no rating", j.first.Code)
	}
	path := j.page + string(link[1])
	at, err := url.Parse(j.server.BaseURL + path)
	if err != nil {
		return ltitest.Form{}, err
	}
	if page, err = j.get(j.browser, path); err != nil {
		return ltitest.Form{}, err
	}
	return sent{page, at}.find(func(f ltitest.Form) bool { return f.Fields.Get("capability") == j.first.ID })
}
