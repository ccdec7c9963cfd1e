package lrs

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cairn/xapi"
)

// view is the form in which statements are answered (Communication 2.1.3: format, attachments; 2.1.3.s1, language filtering).
type view struct {
	format      string // "" is exact
	attachments bool
	languages   []string // asked for, best first
}

const (
	formatIDs       = "ids"
	formatCanonical = "canonical"
)

func readView(r *request, found map[string]string) (view, error) {
	p := reading{found: found, version: r.version}
	v := view{attachments: p.boolean("attachments"), languages: acceptedLanguages(r.Header.Get("Accept-Language"))}
	switch format, ok := p.value("format"); {
	case !ok || format == "exact":
	case format == formatIDs || format == formatCanonical:
		v.format = format
	default:
		p.wrong("format", "ids, exact or canonical")
	}
	return v, p.err
}

// show puts the statements of an answer into its form.
func (h *handler) show(r *request, v view, list []Stored) error {
	var definitions map[string][]byte
	if v.format == formatCanonical {
		var err error
		if definitions, err = h.definitionsOf(r, list); err != nil {
			return err
		}
	}
	for i := range list {
		var err error
		switch v.format {
		case formatIDs:
			list[i].JSON, err = xapi.IDs(list[i].JSON)
		case formatCanonical:
			list[i].JSON, err = xapi.Canonical(list[i].JSON, v.languages, definitions)
		}
		if err != nil {
			return fmt.Errorf("lrs: writing statement %s in the form %s: %w", list[i].ID, v.format, asStored(err))
		}
	}
	return nil
}

// asStored keeps what is wrong with a stored statement from being told to the reader as if it were the request's fault.
func asStored(err error) error { return fmt.Errorf("a stored statement cannot be read: %v", err) }

// definitionsOf finds the canonical definitions of all activities of the statements.
func (h *handler) definitionsOf(r *request, list []Stored) (map[string][]byte, error) {
	var all []string
	for _, s := range list {
		ids, err := xapi.ActivitiesOf(s.JSON)
		if err != nil {
			return nil, asStored(err)
		}
		all = append(all, ids...)
	}
	slices.Sort(all)
	definitions, err := h.Activities.Definitions(r.Context(), slices.Compact(all))
	if err != nil {
		return nil, fmt.Errorf("lrs: reading definitions: %w", err)
	}
	return definitions, nil
}

// mostLanguages bounds how many languages of a header are looked at.
const mostLanguages = 20

// acceptedLanguages reads an Accept-Language header (RFC 9110, 12.5.4): the ranges, best first, without those refused.
func acceptedLanguages(header string) []string {
	type weighed struct {
		tag string
		q   float64
	}
	var all []weighed
	for part := range strings.SplitSeq(header, ",") {
		tag, parameter, _ := strings.Cut(part, ";")
		one := weighed{strings.TrimSpace(tag), 1}
		if weight, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q="); ok {
			q, err := strconv.ParseFloat(weight, 64)
			if err != nil {
				continue
			}
			one.q = q
		}
		if one.tag != "" && one.q > 0 && len(all) < mostLanguages {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b weighed) int {
		switch {
		case a.q > b.q:
			return -1
		case a.q < b.q:
			return 1
		}
		return 0
	})
	tags := make([]string, len(all))
	for i, one := range all {
		tags[i] = one.tag
	}
	return tags
}

// mixed is the head of a multipart/mixed answer.
func mixed(w http.ResponseWriter, boundary string) {
	w.Header().Set("Content-Type", `multipart/mixed; boundary="`+boundary+`"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
}
