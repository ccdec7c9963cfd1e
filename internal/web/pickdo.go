package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi/profile"
)

// DeepLinks signs what an author picked.
type DeepLinks interface {
	// AnswerDeepLinking makes the form that brings the answer to the platform of the registration, as lti.Tool.AnswerDeepLinking.
	AnswerDeepLinking(ctx context.Context, registration string, l *lti.Launch, a lti.DeepLinkingAnswer) (lti.DeepLinkingForm, error)
}

// saveDetails takes step 2.
func (s *site) saveDetails(v *visit) (answer, error) {
	pick, err := pickRequest(v)
	if err != nil {
		return answer{}, err
	}
	a := readAnswers(v.PostForm)
	if a.What != pickProgress && a.What != pickActivity || !pick.offered() {
		return answer{location: v.to("pick/1")}, nil
	}
	wrong := a.check(v.locale, pick, s.pickCatalog(a))
	if len(wrong) == 0 {
		return answer{location: v.to("pick/3?" + a.values().Encode())}, nil
	}
	p := s.detailsPage(v, pick, a)
	b := p.Body.(pickBody)
	for _, e := range wrong {
		b.Errors[e.Href] = e.Text
	}
	p.Body, p.Problem, p.Errors = b, true, wrong
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// addPicked takes the last step: it keeps what was picked and sends it to the learning site. Pressing twice keeps the same thing
// once. What goes wrong is also told to the learning site, so that the author comes back to the course and not to a dead end.
func (s *site) addPicked(v *visit) (answer, error) {
	pick, err := pickRequest(v)
	if err != nil {
		return answer{}, err
	}
	a := readAnswers(v.PostForm)
	cat := s.pickCatalog(a)
	once := v.PostForm.Get("once")
	if len(a.check(v.locale, pick, cat)) > 0 || !pick.offered() || len(once) != 43 {
		return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
	}
	items, err := s.keepPicked(v, a, cat, once)
	if err != nil {
		p := asProblem(err)
		s.logProblem(v, p)
		return s.giveBack(v, pick, lti.DeepLinkingAnswer{Error: v.say("pick.failed"), ErrorLog: p.rule + " " + v.id}, v.say("pick.failed"))
	}
	return s.giveBack(v, pick, lti.DeepLinkingAnswer{Items: items, Message: v.say("pick.added", "name", a.Name)}, v.say("pick.ready"))
}

// cancelPick goes back to the course with nothing.
func (s *site) cancelPick(v *visit) (answer, error) {
	pick, err := pickRequest(v)
	if err != nil {
		return answer{}, err
	}
	if !pick.offered() {
		return s.giveBack(v, pick, lti.DeepLinkingAnswer{Error: v.say("pick.nooffer"), ErrorLog: "accept_types lacks " + lti.ItemResourceLink}, v.say("pick.nooffer"))
	}
	return s.giveBack(v, pick, lti.DeepLinkingAnswer{Message: v.say("pick.cancelled")}, v.say("pick.cancelled"))
}

// keepPicked keeps an activity with its tags, and answers the content items. A progress page needs nothing kept.
func (s *site) keepPicked(v *visit, a answers, cat *mapping.Catalog, once string) ([]lti.ContentItem, error) {
	if a.What == pickProgress {
		var items []lti.ContentItem
		for _, one := range a.pages(v.locale, cat) {
			items = append(items, s.item(v, one, cat, PlacedActivity{}))
		}
		return items, nil
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	id := pickedID(v.session, once, "activity")
	placed := PlacedActivity{
		ID: id, Registration: v.session.Registration, Context: v.session.Course.ID, IRI: profile.ActivityIRI(cat.IRIBase, id), Title: a.Name,
		Address: a.Address, Completion: a.Completion, Author: v.session.Account, CreatedAt: now,
	}
	placed.Opens, _ = a.opens(s.Zone)
	placed.Closes, _ = a.closes(s.Zone)
	placed.Framed = a.In == openInFrame
	placed.Records = placed.IRI
	switch a.Completion {
	case CompleteByTime:
		placed.Least = a.least()
	case CompleteByRecord:
		placed.Records = a.Address
		if a.Records != "" {
			placed.Records = a.Records
		}
	}
	if err := s.Activities.Place(v.Context(), placed); err != nil {
		return nil, fmt.Errorf("keep an activity: %w", err)
	}
	kept, err := s.Activities.Activity(v.Context(), id) // what an earlier press of the same button kept
	if err != nil {
		return nil, fmt.Errorf("read an activity back: %w", err)
	}
	if len(a.Tags) > 0 {
		if err := s.tagPicked(v, kept, a.Tags, once); err != nil {
			return nil, err
		}
	}
	return []lti.ContentItem{s.item(v, a, cat, kept)}, nil
}

// tagPicked makes one changeset of the ticks.
func (s *site) tagPicked(v *visit, placed PlacedActivity, tags []string, once string) error {
	cs := mapping.Changeset{
		ID: pickedID(v.session, once, "tags"), Author: v.session.Account, Reason: v.say("pick.reason"), At: placed.CreatedAt, Scope: v.session.Course.Scope(),
	}
	for _, capability := range tags {
		cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{
			ID: pickedID(v.session, once, capability), Capability: capability, Scope: cs.Scope,
			Selector: mapping.Selector{Kind: mapping.SelectLink, IRI: placed.Records},
		}})
	}
	_, err := s.apply(v, cs) // waits, so that the page of the activity shows them at once
	return err
}

// pickedID is the same for the same press of the same page.
func pickedID(session *Session, once, what string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(session.Hash+"\n"+once+"\n"+what)).String()
}

// returningBody is the form that leaves for the learning site: by script, or by its own button.
type returningBody struct {
	Say    string
	Action string
	Fields []option
}

// giveBack signs the answer and shows the form that brings it to the learning site.
func (s *site) giveBack(v *visit, pick *Pick, a lti.DeepLinkingAnswer, words string) (answer, error) {
	launch := &lti.Launch{Deployment: pick.Deployment, MessageType: lti.DeepLinkingRequest, DeepLinking: &pick.Settings}
	form, err := s.DeepLinks.AnswerDeepLinking(v.Context(), v.session.Registration, launch, a)
	if errors.Is(err, lti.ErrUnknownRegistration) {
		return answer{}, refuse(http.StatusUnauthorized, "session-registration", "expired")
	}
	if err != nil {
		return answer{}, fmt.Errorf("sign what was picked: %w", err)
	}
	v.formTarget = "'self' https: http:" // as with the window page: the policy holds for every redirect that follows
	body := returningBody{Say: words, Action: form.URL}
	for name, values := range form.Values() {
		body.Fields = append(body.Fields, option{Name: name, Value: values[0]})
	}
	p := s.pickPage(v, "returning", v.say("pick.returning"))
	p.Body = body
	return answer{page: p}, nil
}
