package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// fatesPage is how many items a page of the mapping from old to new holds.
const fatesPage = 25

// fates are what can become of an item, the usual first.
var fates = []mapping.Fate{mapping.FateExact, mapping.FateNarrower, mapping.FateSplit, mapping.FateRetired}

type fatesBody struct {
	ID, Number, Post string
	From             string
	Page             int
	Items            []fateFields
	Slice            slice
	Effect, Back     string
}

// fateFields are the fields of one item: what becomes of it, and the codes of what replaces it.
type fateFields struct {
	ID, Name, Lang string
	Fates          []option
	Codes          textField
}

// typedFate is what a form says of an item.
type typedFate struct{ fate, codes string }

// leaving answers the capabilities that a draft has not and the version in use has, with what becomes of each.
func (f FrameworkVersion) leaving() (out []mapping.RetiredItem) {
	if f.Diff == nil || f.Before == nil {
		return nil
	}
	for _, r := range f.Diff.Retired {
		if _, ok := f.Before.Capability(r.ID); ok {
			out = append(out, r)
		}
	}
	return out
}

// code is how a form names an item: by its code where no other item has it, else by its id.
func code(cat *mapping.Catalog, id string) string {
	n, ok := cat.Node(id)
	if same, found := cat.ByCode(n.Code); ok && found && n.Code != "" && same.ID == id {
		return n.Code
	}
	return id
}

// askFates answers the mapping from the items of the version in use to those of a draft.
func (s *site) askFates(v *visit) (answer, error) {
	q, err := v.query("id", "version", "page", "saved")
	if err != nil {
		return answer{}, err
	}
	p, err := s.fatesPage(v, q, nil, &fieldErrors{})
	if err == nil && q.Has("saved") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("fates.saved")}}
	}
	return answer{page: p}, err
}

// draftVersion finds the draft that a query or form is about.
func (s *site) draftVersion(v *visit, q url.Values) (FrameworkVersion, error) {
	f, err := s.findVersion(v, q.Get("id"), q.Get("version"))
	if err == nil && (f.State != mapping.VersionDraft || len(f.leaving()) == 0) {
		err = ErrNotFound
	}
	return f, err
}

func (s *site) fatesPage(v *visit, q url.Values, typed map[string]typedFate, wrong *fieldErrors) (*page, error) {
	f, err := s.draftVersion(v, q)
	if err != nil {
		return nil, err
	}
	at, err := readPage(q)
	if err != nil {
		return nil, err
	}
	b := fatesBody{ID: f.ID, Number: f.Version, From: v.say("frameworks.against", "version", f.Diff.From), Page: at, Post: v.to("admin/frameworks/mapping"),
		Effect: v.versionLink("effect", f), Back: v.versionLink("version", f)}
	all, address := f.leaving(), url.Values{"id": {f.ID}, "version": {f.Version}}
	b.Slice = v.sliceOf(len(all), at, fatesPage, func(page int) string { return v.to(addressOf("admin/frameworks/mapping", paged(address, page))) })
	for _, r := range all[b.Slice.from:b.Slice.to] {
		b.Items = append(b.Items, v.fateFields(f, r, typed, wrong))
	}
	p := s.adminPage(v, "adminfates", v.say("fates.title"), "frameworks", crumb{v.say("frameworks.title"), v.to("admin/frameworks")}, crumb{f.Title, b.Back})
	p.Body = b
	return p, nil
}

// fateFields are filled with what is kept, or with what was typed when the form comes back.
func (v *visit) fateFields(f FrameworkVersion, r mapping.RetiredItem, typed map[string]typedFate, wrong *fieldErrors) fateFields {
	var codes []string
	for _, heir := range r.Becomes {
		codes = append(codes, code(f.Items, heir))
	}
	now, given := typed[r.ID]
	if !given {
		now = typedFate{string(r.Fate), strings.Join(codes, ", ")}
	}
	out := fateFields{ID: r.ID, Name: strings.TrimSpace(r.Code + " " + r.Title), Lang: v.foreign()}
	for _, fate := range fates {
		out.Fates = append(out.Fates, option{string(fate), v.say("fates.fate." + string(fate)), string(fate) == now.fate})
	}
	field := "codes-" + r.ID
	out.Codes = textField{ID: field, Label: v.say("fates.codes"), Value: now.codes, Error: wrong.Of(field)}
	return out
}

// saveFates keeps what becomes of the items of one page, or tells what is wrong with each and keeps nothing.
func (s *site) saveFates(v *visit) (answer, error) {
	f, err := s.draftVersion(v, v.PostForm)
	if err != nil {
		return answer{}, err
	}
	known, typed, wrong := f.leaving(), map[string]typedFate{}, &fieldErrors{}
	var kept []ItemFate
	for _, id := range v.PostForm["item"] {
		if !slices.ContainsFunc(known, func(r mapping.RetiredItem) bool { return r.ID == id }) || len(kept) >= fatesPage {
			return answer{}, refuse(http.StatusConflict, "framework-state", "frameworkmoved")
		}
		typed[id] = typedFate{v.PostForm.Get("fate-" + id), v.PostForm.Get("codes-" + id)}
		kept = append(kept, v.readFate(f, id, typed[id], wrong))
	}
	if len(wrong.list) > 0 {
		p, err := s.fatesPage(v, v.PostForm, typed, wrong)
		if err != nil {
			return answer{}, err
		}
		return adminRefused(p, wrong)
	}
	if err := s.Admin.Frameworks.SetFates(v.Context(), f.ID, f.Version, kept); err != nil {
		var bad *mapping.ImportError
		if errors.Is(err, mapping.ErrFate) || errors.As(err, &bad) {
			return answer{}, refuse(http.StatusConflict, "framework-state", "frameworkmoved").because(err)
		}
		return answer{}, fmt.Errorf("keep what becomes of items: %w", err)
	}
	if v.PostForm.Get("go") == "effect" {
		return answer{location: v.versionLink("effect", f)}, nil
	}
	page, _ := strconv.Atoi(v.PostForm.Get("page"))
	return v.done(addressOf("admin/frameworks/mapping", paged(url.Values{"id": {f.ID}, "version": {f.Version}, "saved": {"1"}}, page))), nil
}

// readFate reads the fields of an item.
func (v *visit) readFate(f FrameworkVersion, id string, typed typedFate, wrong *fieldErrors) ItemFate {
	out, field := ItemFate{Item: id, Fate: mapping.Fate(typed.fate)}, "codes-"+id
	for _, text := range strings.FieldsFunc(typed.codes, func(r rune) bool { return r == ',' || r == ';' }) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		n, ok := f.Items.ByCode(text)
		if !ok {
			n, ok = f.Items.Node(text)
		}
		if !ok || n.Kind != mapping.NodeCapability {
			wrong.add(field, v.say("fates.unknown", "code", text))
			return out
		}
		if !slices.Contains(out.Heirs, n.ID) {
			out.Heirs = append(out.Heirs, n.ID)
		}
	}
	switch {
	case !slices.Contains(fates, out.Fate):
		wrong.add(field, v.say("fates.nofate"))
	case out.Fate.Check(len(out.Heirs)) != nil:
		wrong.add(field, v.say("fates.wrong."+string(out.Fate)))
	}
	return out
}
