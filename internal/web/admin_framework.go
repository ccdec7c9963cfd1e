package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cairn/mapping"
)

// FrameworkVersions is the versions of frameworks, published or not.
type FrameworkVersions interface {
	// Versions answers all: the published and the retired, in order of publication, then the drafts.
	Versions(ctx context.Context) ([]FrameworkVersion, error)
	// ImportDraft reads a file of any format and keeps it as a draft, in place of an earlier draft of the version. *mapping.ImportError
	// names everything that is wrong, and then nothing was kept.
	ImportDraft(ctx context.Context, m mapping.Meta, name string, data []byte) (FrameworkVersion, error)
	// Publish makes a draft public, for good. ErrNotFound; ErrTaken when the version is published with other content.
	Publish(ctx context.Context, id, version string) error
	// SetState retires a published version, or takes a retired one into use again. ErrNotFound.
	SetState(ctx context.Context, id, version string, state mapping.PublicationState, reason string) error
}

// FrameworkVersion is one of them.
type FrameworkVersion struct {
	ID, Version, Title string
	State              mapping.PublicationState
	At                 time.Time              // when it was published, or the draft saved
	Tracked            int                    // capabilities that can be tracked
	Included           int                    // of them with a wording of their own
	Statements         int                    // of the publisher's framework; 0: not known
	Diff               *mapping.FrameworkDiff // against the version that is in use, for a draft; nil for the first one
	Report             *mapping.Fidelity      // of the import of a draft; nil when it is not remembered
}

type frameworksBody struct {
	Rows   []frameworkRow
	Import string // address of the form that brings one in; "" for who may not
}

type frameworkRow struct {
	Title, Version, Word, Tone, Href string
	Says                             []string
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
	}
	for _, f := range all {
		b.Rows = append(b.Rows, v.frameworkRow(f))
	}
	p := s.adminPage(v, "adminframeworks", v.say("frameworks.title"), "frameworks")
	if done := q.Get("done"); slices.Contains([]string{"published", "retired", "again"}, done) {
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
		Href: v.to(addressOf("admin/frameworks/version", url.Values{"id": {f.ID}, "version": {f.Version}}))}
	if f.Statements > f.Included {
		r.Says = append(r.Says, v.say("frameworks.part", "some", f.Included, "all", f.Statements))
	}
	r.Says = append(r.Says, v.say("frameworks.tracked", "n", f.Tracked))
	if f.State == mapping.VersionDraft {
		return frameworkRow{r.Title, r.Version, r.Word, r.Tone, r.Href, append(r.Says, v.say("frameworks.saved", "when", v.dateTime(f.At)))}
	}
	r.Says = append(r.Says, v.say("frameworks.published", "when", v.dateTime(f.At)))
	return r
}

type frameworkBody struct {
	frameworkRow
	ID, Number string
	Diff       []string  // what publishing it changes, in counts
	Fates      []fateRow // what becomes of each item that it has not
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
	if f.Diff != nil {
		b.Diff, b.Fates = v.diffWords(*f.Diff), v.fateRows(*f.Diff)
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
}
