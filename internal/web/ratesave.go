package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// saveRating keeps one rating, or clears it, and goes where the button says. What was not changed is not said again.
func (s *site) saveRating(v *visit) (answer, error) {
	g, err := s.ratingAt(v)
	if err != nil {
		return answer{}, err
	}
	said, do, err := g.read(v.PostForm)
	if err != nil {
		return answer{}, err
	}
	p, b, err := s.ratePage(v, g)
	if err != nil {
		return answer{}, err
	}
	if do != "clear" && said.Cleared() {
		b.Error = v.say("rate.nothing")
		b.answers(v.locale, said)
		p.Problem, p.Errors, p.Body = true, []fieldError{{b.Error, "now-" + b.Now[0].Value}}, b
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	if err := s.keepRating(v, b, said); err != nil {
		return answer{}, err
	}
	switch do {
	case "clear":
		return answer{location: g.noticed(v, "/rate/"+g.section.ID+"/"+strconv.Itoa(g.at+1), "cleared")}, nil
	case "stop":
		return answer{location: g.noticed(v, "/section/"+g.section.ID, "rated")}, nil
	}
	return answer{location: b.Skip}, nil
}

// noticed is the address of a page of the record that says what was done.
func (r *record) noticed(v *visit, page, what string) string {
	return strings.TrimSuffix(r.href(v, page, what, "1"), "#c") + "#notice"
}

// read takes the fields apart. The capability stands in the form too: what a page rates must not be another one since.
func (g *rating) read(form url.Values) (said mapping.Rating, do string, err error) {
	bad := refuse(http.StatusBadRequest, "form-value", "badform")
	do = form.Get("do")
	if !slices.Contains([]string{"next", "stop", "clear"}, do) {
		return said, do, bad
	}
	if form.Get("capability") != g.capability().ID {
		return said, do, refuse(http.StatusConflict, "rating-moved", "ratingmoved")
	}
	if do == "clear" {
		return said, do, nil
	}
	said = mapping.Rating{Now: mapping.RatingWord(form.Get("now")), Needed: mapping.RatingWord(form.Get("needed")), Shared: form.Get("share") != ""}
	if said.Now != "" && !slices.Contains(mapping.RatingsNow(), said.Now) || said.Needed != "" && !slices.Contains(mapping.RatingsNeeded(), said.Needed) {
		return said, do, bad
	}
	return said, do, nil
}

// keepRating keeps what differs from what was said last, and waits until pages can read it.
func (s *site) keepRating(v *visit, b rateBody, said mapping.Rating) error {
	last, err := s.rated(v, &b)
	if err != nil {
		return err
	}
	if said.Now == last.Now && said.Needed == last.Needed && (said.Shared == last.Shared || said.Cleared()) {
		return nil
	}
	said.Learner, said.Account, said.Capability, said.At = v.session.Learner, v.session.Account, b.Capability, s.Now()
	pos, err := s.Tracks.Rate(v.Context(), said)
	if err != nil {
		return fmt.Errorf("keep a rating: %w", err)
	}
	s.late(v, pos)
	return nil
}
