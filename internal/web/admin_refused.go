package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// refusedMost bounds the list of what a forward's other side refused.
const refusedMost = 50

// RefusedRecord is a statement that the other record store refused for good. It stays in the log.
type RefusedRecord struct {
	Statement string // id
	Status    int    // that was answered, 0 when none was
	Problem   string // in the other side's words
	At        time.Time
}

type refusedBody struct {
	Rows           []refusedRecordRow
	More           string // that not all are listed
	Again, Dismiss string // addresses of forms
}

type refusedRecordRow struct{ Statement, When, Says string }

// refusedRecords answers the page of what a forward's other side refused for good: its answer to each, and the ways on.
func (s *site) refusedRecords(v *visit) (answer, error) {
	q, err := v.query("again", "dismissed")
	if err != nil {
		return answer{}, err
	}
	f, err := s.findForward(v)
	if err != nil {
		return answer{}, err
	}
	all, err := s.Admin.Access.Refused(v.Context(), f.ID, refusedMost)
	if err != nil {
		return answer{}, fmt.Errorf("list what was refused: %w", err)
	}
	at := "admin/access/forwards/" + url.PathEscape(f.ID)
	b := refusedBody{Again: v.to(at + "/again"), Dismiss: v.to(at + "/dismiss")}
	for _, r := range all {
		b.Rows = append(b.Rows, refusedRecordRow{r.Statement, v.dateTime(r.At), r.Problem})
	}
	if f.Refused > len(all) {
		b.More = v.say("access.refused.more", "n", len(all), "of", f.Refused)
	}
	p := s.adminPage(v, "adminrefused", v.say("access.refused.title"), "access", crumb{v.say("access.title"), v.to("admin/access")}, crumb{f.Name, v.to(at)})
	p.Body = b
	for _, done := range []string{"again", "dismissed"} {
		if q.Has(done) {
			p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("access.refused."+done, "n", smallNumber(q.Get(done)))}}
		}
	}
	return answer{page: p}, nil
}

// sendAgain has what was refused sent once more: the one that the form names, or all.
func (s *site) sendAgain(v *visit) (answer, error) {
	return s.withRefused(v, "again", s.Admin.Access.SendAgain)
}

// dismissRefused takes what was refused off the list.
func (s *site) dismissRefused(v *visit) (answer, error) {
	return s.withRefused(v, "dismissed", s.Admin.Access.Dismiss)
}

func (s *site) withRefused(v *visit, done string, do func(ctx context.Context, id, statement string) (int, error)) (answer, error) {
	f, err := s.findForward(v)
	if err != nil {
		return answer{}, err
	}
	n, err := do(v.Context(), f.ID, strings.TrimSpace(v.PostForm.Get("statement")))
	if err != nil {
		return answer{}, fmt.Errorf("change what was refused: %w", err)
	}
	return v.done(addressOf("admin/access/forwards/"+url.PathEscape(f.ID)+"/refused", url.Values{done: {fmt.Sprint(n)}})), nil
}

type removeForwardBody struct{ Endpoint, Post string }

// askRemoveForward names what removing a forward does.
func (s *site) askRemoveForward(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	f, err := s.findForward(v)
	if err != nil {
		return answer{}, err
	}
	at := "admin/access/forwards/" + url.PathEscape(f.ID)
	p := s.adminPage(v, "adminforwardremove", v.say("access.remove.title", "name", f.Name), "access", crumb{v.say("access.title"), v.to("admin/access")}, crumb{f.Name, v.to(at)})
	p.Body = removeForwardBody{f.Endpoint, v.to(at + "/remove")}
	return answer{page: p}, nil
}

// removeForward forgets a forward.
func (s *site) removeForward(v *visit) (answer, error) {
	err := s.Admin.Access.RemoveForward(v.Context(), v.param("id"))
	if errors.Is(err, ErrNotFound) {
		return answer{}, refuse(http.StatusNotFound, "forward-unknown", "gone")
	}
	if err != nil {
		return answer{}, fmt.Errorf("remove a forward: %w", err)
	}
	return v.done("admin/access?removed=1"), nil
}
