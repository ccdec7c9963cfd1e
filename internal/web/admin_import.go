package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"cairn/mapping"
)

type frameworkImportBody struct {
	Post     string
	Error    string // what is wrong with the file
	Fields   []textField
	Problems []mapping.Problem // of rows, in the words of the format
}

// askFramework answers the form that brings a framework in; "for" names one whose official statements are wanted.
func (s *site) askFramework(v *visit) (answer, error) {
	q, err := v.query("for")
	if err != nil {
		return answer{}, err
	}
	return answer{page: s.frameworkImportPage(v, mapping.Meta{ID: q.Get("for")}, "", nil)}, nil
}

func (s *site) frameworkImportPage(v *visit, m mapping.Meta, wrong string, problems []mapping.Problem) *page {
	p := s.adminPage(v, "adminimport", v.say("frameworks.import"), "frameworks", crumb{v.say("frameworks.title"), v.to("admin/frameworks")})
	p.Body = frameworkImportBody{Post: v.to("admin/frameworks/import"), Error: wrong, Problems: problems, Fields: []textField{
		{ID: "id", Label: v.say("frameworks.import.id"), Hint: v.say("frameworks.import.idhint"), Value: m.ID},
		{ID: "release", Label: v.say("frameworks.import.release"), Hint: v.say("frameworks.import.releasehint"), Value: m.Version},
	}}
	return p
}

// importFramework reads a file whole and keeps it as a draft, or tells every row that is wrong and keeps nothing. Nothing becomes
// public by it.
func (s *site) importFramework(v *visit, file upload) (answer, error) {
	m := mapping.Meta{ID: strings.TrimSpace(v.PostForm.Get("id")), Version: strings.TrimSpace(v.PostForm.Get("release"))}
	words, problems := v.say("frameworks.import.nofile"), []mapping.Problem(nil)
	if len(file.data) > 0 {
		f, err := s.Admin.Frameworks.ImportDraft(v.Context(), m, file.name, file.data)
		if err == nil {
			return v.done(addressOf("admin/frameworks/version", url.Values{"id": {f.ID}, "version": {f.Version}})), nil
		}
		var bad *mapping.ImportError
		if !errors.As(err, &bad) {
			return answer{}, fmt.Errorf("import a framework: %w", err)
		}
		words, problems = v.say("frameworks.import.bad", "n", len(bad.Problems)), bad.Problems
	}
	p := s.frameworkImportPage(v, m, words, problems)
	p.Problem, p.Errors = true, []fieldError{{words, "file"}}
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// reportLines says what an import kept, put in other words, and dropped.
func (v *visit) reportLines(r mapping.Fidelity) (out []reportLine) {
	for _, part := range []struct {
		key   string
		lines []mapping.FidelityLine
	}{{"kept", r.Kept}, {"mapped", r.Mapped}, {"dropped", r.Dropped}} {
		for _, l := range part.lines {
			out = append(out, reportLine{v.say("frameworks.report." + part.key), v.number(l.Count) + " " + l.What, l.Note})
		}
	}
	return out
}

type reportLine struct{ Word, What, Note string }

// importRow says what an import was of and what it kept, in one line and in all.
func (v *visit) importRow(i FrameworkImport) importRow {
	r := importRow{File: i.File, When: v.dateTime(i.At), Version: v.say("frameworks.version", "version", i.Version), Lines: v.reportLines(i.Report),
		Href: v.versionLink("version", FrameworkVersion{ID: i.ID, Version: i.Version})}
	count := func(lines []mapping.FidelityLine) (n int) {
		for _, l := range lines {
			n += l.Count
		}
		return n
	}
	r.Sum = v.say("frameworks.import.sum", "kept", count(i.Report.Kept), "mapped", count(i.Report.Mapped), "dropped", count(i.Report.Dropped))
	return r
}
