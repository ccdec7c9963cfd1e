package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"cairn/mapping"
)

// importBody is the form that takes tags from a table, and what is wrong with each row of the last one.
type importBody struct {
	Post, CSV, MayNot, Error string
	Problems                 []mapping.Problem
}

// tagsCSV answers /course/tags.csv: the course's own tags, in the form that can be taken in again.
func (s *site) tagsCSV(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return answer{}, err
	}
	var own []mapping.Alignment
	for _, a := range t.aligned {
		if a.Scope.Same(t.scope) {
			own = append(own, a)
		}
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	if err := mapping.WriteAlignments(&b, own, s.nameOf(v)); err != nil {
		return answer{}, fmt.Errorf("write the tags: %w", err)
	}
	return answer{body: b.Bytes(), kind: "text/csv; charset=utf-8", download: "tags.csv"}, nil
}

// nameOf answers what a table calls a capability: its code where it has one of its own, else its id.
func (s *site) nameOf(v *visit) func(id string) string {
	cat := s.catalog(v.session)
	return func(id string) string {
		n, ok := cat.Node(id)
		if same, found := cat.ByCode(n.Code); ok && found && same.ID == id {
			return n.Code
		}
		return id
	}
}

// importForm answers /course/activities/import.
func (s *site) importForm(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	p, err := s.importPage(v, importBody{})
	return answer{page: p}, err
}

func (s *site) importPage(v *visit, b importBody) (*page, error) {
	p, err := s.leadPage(v, "import", v.say("import.title"), "activities", crumb{v.say("activities.title"), v.to("course/activities")})
	if err != nil {
		return nil, err
	}
	b.Post, b.CSV, b.MayNot = v.to("course/activities/import"), v.to("course/tags.csv"), v.mayNotSave(v.session)
	p.Body = b
	return p, nil
}

// importTags puts the tags of a table into the author's draft. A table with a row that is wrong is refused with every such row, and
// nothing of it is taken.
func (s *site) importTags(v *visit, file upload) (answer, error) {
	if len(file.data) == 0 {
		return s.importRefused(v, v.say("import.nofile"), nil)
	}
	d, err := s.ownDraft(v)
	if err != nil {
		return answer{}, err
	}
	id, err := s.newID()
	if err != nil {
		return answer{}, err
	}
	cat := s.catalog(v.session)
	read, err := mapping.ReadAlignments(file.name, bytes.TrimPrefix(file.data, []byte("\ufeff")), mapping.AlignmentImport{Scope: d.tags.scope, ID: id, Own: cat.Minted, Capability: cat.FindCapability})
	var wrong *mapping.ImportError
	if errors.As(err, &wrong) {
		return s.importRefused(v, v.say("import.wrong", "n", len(wrong.Problems)), wrong.Problems)
	}
	if err != nil {
		return answer{}, fmt.Errorf("read a table of tags: %w", err)
	}
	var own []mapping.Alignment
	for _, a := range d.tags.aligned {
		if a.Scope.Same(d.tags.scope) {
			own = append(own, a)
		}
	}
	edits, there := mapping.NewAlignments(read, own)
	for _, e := range edits {
		d.takeOut(e)
	}
	d.Edits = append(d.Edits, edits...)
	if err := s.keepDraft(v, d); err != nil {
		return answer{}, err
	}
	return v.done(addressOf("course/draft", url.Values{"imported": {strconv.Itoa(len(read) - there)}, "there": {strconv.Itoa(there)}})), nil
}

func (s *site) importRefused(v *visit, words string, problems []mapping.Problem) (answer, error) {
	p, err := s.importPage(v, importBody{Error: words, Problems: problems})
	if err != nil {
		return answer{}, err
	}
	p.Problem, p.Errors = true, []fieldError{{words, "file"}}
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}
