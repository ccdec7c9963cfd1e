package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cairn/mapping"
)

type frameworksBody struct {
	Part    string // that a framework in use is not whole, "" when all are
	Rows    []frameworkRow
	Import  string // address of the form that brings one in; "" for who may not
	Imports []importRow
}

// importRow is a file that became a version, with what of it was kept.
type importRow struct {
	File, When, Version, Href, Sum string
	Lines                          []reportLine
}

// importsMost is how many imports are listed.
const importsMost = 10

type frameworkRow struct {
	Title, Version, Word, Tone, Href string
	Says                             []string
	Official                         string // where the publisher's statements are imported; "" where none are missing, or for who may not
}

// Words and tones of the states of a version.
var frameworkTones = map[mapping.PublicationState]string{mapping.VersionPublished: "s-evid", mapping.VersionDraft: "s-prog", mapping.VersionRetired: "s-none"}

// frameworks answers /admin/frameworks: versions with their counts and states.
func (s *site) frameworks(v *visit) (answer, error) {
	q, err := v.query("done")
	if err != nil {
		return answer{}, err
	}
	all, err := s.versions(v)
	if err != nil {
		return answer{}, err
	}
	b := frameworksBody{}
	if v.session.Operator {
		b.Import = v.to("admin/frameworks/import")
		imports, err := s.Admin.Frameworks.Imports(v.Context(), importsMost)
		if err != nil {
			return answer{}, fmt.Errorf("list the imports of frameworks: %w", err)
		}
		for _, i := range imports {
			b.Imports = append(b.Imports, v.importRow(i))
		}
	}
	for _, f := range all {
		b.Rows = append(b.Rows, v.frameworkRow(f))
		if f.inPart() && b.Part == "" {
			b.Part = v.say("state.part", "n", f.Included, "of", f.Statements)
		}
	}
	p := s.adminPage(v, "adminframeworks", v.say("frameworks.title"), "frameworks")
	if done := q.Get("done"); slices.Contains([]string{"published", "retired", "again", "carried"}, done) {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("frameworks.done." + done)}}
	}
	p.Body = b
	return answer{page: p}, nil
}

// versions answers those that the visitor may see: drafts are for who runs Cairn.
func (s *site) versions(v *visit) ([]FrameworkVersion, error) {
	all, err := s.Admin.Frameworks.Versions(v.Context())
	if err != nil {
		return nil, fmt.Errorf("list the frameworks: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(f FrameworkVersion) bool { return f.State == mapping.VersionDraft && !v.session.Operator }), nil
}

func (v *visit) frameworkRow(f FrameworkVersion) frameworkRow {
	r := frameworkRow{Title: f.Title, Version: v.say("frameworks.version", "version", f.Version), Word: v.say("frameworks.state." + string(f.State)), Tone: frameworkTones[f.State],
		Href: v.versionLink("version", f)}
	if f.Replaced {
		r.Word, r.Tone = v.say("frameworks.state.replaced"), "s-none"
	}
	if f.inPart() && v.session.Operator {
		r.Official = v.to(addressOf("admin/frameworks/import", url.Values{"for": {f.ID}}))
	}
	if f.Statements > f.Included {
		r.Says = append(r.Says, v.say("frameworks.part", "some", f.Included, "all", f.Statements))
	}
	r.Says = append(r.Says, v.say("frameworks.tracked", "n", f.Tracked))
	if f.State == mapping.VersionDraft {
		r.Says = append(r.Says, v.say("frameworks.saved", "when", v.dateTime(f.At)))
	} else {
		r.Says = append(r.Says, v.say("frameworks.published", "when", v.dateTime(f.At)))
	}
	return r
}

// inPart says whether a version is in use without all statements of its publisher.
func (f FrameworkVersion) inPart() bool {
	return f.State == mapping.VersionPublished && !f.Replaced && f.Statements > f.Included
}

// versionLink is a page about a version.
func (v *visit) versionLink(page string, f FrameworkVersion) string {
	return v.to(addressOf("admin/frameworks/"+page, url.Values{"id": {f.ID}, "version": {f.Version}}))
}

type frameworkBody struct {
	frameworkRow
	ID, Number string
	Diff       []string  // what publishing it changes, in counts
	Fates      []fateRow // what becomes of each item that it has not
	Map        string    // address of the page that says what becomes of them; "" where that cannot be changed
	Effect     string    // address of the page of what it does to learners, with the tags carried over; "" where nothing is replaced
	Report     []reportLine
	Post, Do   string // address of the form, and what it does; "" for who may not
	Reason     textField
}

type fateRow struct{ Item, Fate string }

func (s *site) findVersion(v *visit, id, version string) (FrameworkVersion, error) {
	all, err := s.versions(v)
	if err != nil {
		return FrameworkVersion{}, err
	}
	i := slices.IndexFunc(all, func(f FrameworkVersion) bool { return f.ID == id && f.Version == version })
	if i < 0 {
		return FrameworkVersion{}, ErrNotFound
	}
	return all[i], nil
}

// frameworkVersion answers the page of one version: what publishing it changes, or the form that retires it.
func (s *site) frameworkVersion(v *visit) (answer, error) {
	q, err := v.query("id", "version")
	if err != nil {
		return answer{}, err
	}
	f, err := s.findVersion(v, q.Get("id"), q.Get("version"))
	if err != nil {
		return answer{}, err
	}
	return answer{page: s.versionPage(v, f, "", &fieldErrors{})}, nil
}

func (s *site) versionPage(v *visit, f FrameworkVersion, reason string, wrong *fieldErrors) *page {
	b := frameworkBody{frameworkRow: v.frameworkRow(f), ID: f.ID, Number: f.Version}
	if f.Diff != nil && f.State == mapping.VersionDraft {
		b.Diff, b.Fates = v.diffWords(*f.Diff), v.fateRows(*f.Diff)
	}
	if f.Diff != nil && len(f.Diff.Retired) > 0 && v.session.Operator {
		b.Effect = v.versionLink("effect", f)
		if f.State == mapping.VersionDraft {
			b.Map = v.versionLink("mapping", f)
		}
	}
	if f.Report != nil {
		b.Report = v.reportLines(*f.Report)
	}
	if v.session.Operator {
		b.Post, b.Do = v.to("admin/frameworks/version"), map[mapping.PublicationState]string{mapping.VersionDraft: "publish", mapping.VersionPublished: "retire", mapping.VersionRetired: "again"}[f.State]
		b.Reason = textField{ID: "reason", Label: v.say("erase.reason"), Value: reason, Error: wrong.Of("reason")}
	}
	p := s.adminPage(v, "adminframework", f.Title, "frameworks", crumb{v.say("frameworks.title"), v.to("admin/frameworks")})
	p.Body = b
	return p
}

func (v *visit) diffWords(d mapping.FrameworkDiff) []string {
	return []string{v.say("frameworks.against", "version", d.From), v.say("frameworks.added", "n", len(d.Added)), v.say("frameworks.changed", "n", len(d.Changed)),
		v.say("frameworks.gone", "n", len(d.Retired)), v.say("frameworks.same", "n", d.Unchanged)}
}

func (v *visit) fateRows(d mapping.FrameworkDiff) (out []fateRow) {
	for _, r := range d.Retired {
		out = append(out, fateRow{strings.TrimSpace(r.Code + " " + r.Title), v.say("frameworks.fate."+string(r.Fate), "n", len(r.Becomes))})
	}
	return out
}

// setVersion publishes a draft, retires a version, or takes it into use again: what the form says that its page offered.
func (s *site) setVersion(v *visit) (answer, error) {
	f, err := s.findVersion(v, v.PostForm.Get("id"), v.PostForm.Get("version"))
	if err != nil {
		return answer{}, err
	}
	reason, wrong := strings.TrimSpace(v.PostForm.Get("reason")), &fieldErrors{}
	do, done := v.PostForm.Get("do"), "published"
	if do != "publish" && (reason == "" || len(reason) > mostReasonLen) {
		wrong.add("reason", v.say("erase.noreason"))
		return adminRefused(s.versionPage(v, f, reason, wrong), wrong)
	}
	switch {
	case do == "publish" && f.State == mapping.VersionDraft:
		err = s.Admin.Frameworks.Publish(v.Context(), f.ID, f.Version)
	case do == "retire" && f.State == mapping.VersionPublished:
		done, err = "retired", s.Admin.Frameworks.SetState(v.Context(), f.ID, f.Version, mapping.VersionRetired, reason)
	case do == "again" && f.State == mapping.VersionRetired:
		done, err = "again", s.Admin.Frameworks.SetState(v.Context(), f.ID, f.Version, mapping.VersionPublished, reason)
	default:
		return answer{}, refuse(http.StatusConflict, "framework-state", "frameworkmoved")
	}
	if errors.Is(err, ErrTaken) {
		return answer{}, refuse(http.StatusConflict, "framework-state", "frameworkmoved").because(err)
	}
	if err != nil {
		return answer{}, fmt.Errorf("change a framework: %w", err)
	}
	return v.done("admin/frameworks?done=" + done), nil
}

// frameworkRoutes: frameworks are of the whole of Cairn, so an LMS's administrator may look and who runs Cairn may change.
func (s *site) frameworkRoutes(get, post mounter) {
	get("/admin/frameworks", reader, administering(s.frameworks))
	get("/admin/frameworks/version", reader, administering(s.frameworkVersion))
	get("/admin/frameworks/import", reader, operating(s.askFramework))
	post("/admin/frameworks/version", reader, operating(s.setVersion))
	get("/admin/frameworks/mapping", reader, operating(s.askFates))
	post("/admin/frameworks/mapping", reader, operating(s.saveFates))
	get("/admin/frameworks/effect", reader, operating(s.versionEffect))
	post("/admin/frameworks/effect", reader, operating(s.carryTags))
}
