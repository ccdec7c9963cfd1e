package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// problem is a refusal as RFC 9457 has it. Rule is stable, and the last part of the type's address.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Rule     string `json:"rule"`
	Pointer  string `json:"pointer,omitzero"` // JSON pointer into the body
	Instance string `json:"instance"`         // id of the request, as the log has it

	Problems []cellProblem `json:"problems,omitzero"` // everything that is wrong in a table, at most 100 things
}

// cellProblem is one thing that is wrong in a table.
type cellProblem struct {
	Where  string `json:"where"` // row and column, as a spreadsheet counts them, or "file"
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return "api: " + p.Rule + ": " + p.Detail }

// problemRule is what a problem is in general.
type problemRule struct {
	Rule   string `json:"rule"`
	Title  string `json:"title"`
	Status int    `json:"status"`
}

// rules are all there are, also those of the door.
var rules = []problemRule{
	{"query_malformed", "The query cannot be read", http.StatusBadRequest},
	{"parameter_unknown", "The parameter is not known here", http.StatusBadRequest},
	{"parameter_repeated", "The parameter is there more than once", http.StatusBadRequest},
	{"parameter_missing", "A parameter is needed", http.StatusBadRequest},
	{"parameter_malformed", "The parameter cannot be used", http.StatusBadRequest},
	{"cursor_invalid", "The cursor is not one of this list", http.StatusBadRequest},
	{"table_too_large", "The scope has more than a table holds", http.StatusBadRequest},
	{"body_unreadable", "The body did not arrive whole", http.StatusBadRequest},
	{"json_malformed", "The body is not JSON, or has a name twice", http.StatusBadRequest},
	{"credential_missing", "There is no credential", http.StatusUnauthorized},
	{"credential_unknown", "The key and the secret do not belong together", http.StatusUnauthorized},
	{"token_invalid", "The access token is not one of this server", http.StatusUnauthorized},
	{"token_expired", "The access token has expired", http.StatusUnauthorized},
	{"token_revoked", "The access token's credential was changed", http.StatusUnauthorized},
	{"scope_missing", "The credential lacks a scope", http.StatusForbidden},
	{"credential_limited", "It is outside of the credential's limit", http.StatusForbidden},
	{"resource_unknown", "There is no such resource", http.StatusNotFound},
	{"method_not_allowed", "The resource does not answer to the method", http.StatusMethodNotAllowed},
	{"alignments_moved", "The alignments or rules were changed since", http.StatusConflict},
	{"changeset_id_taken", "Another changeset has this id", http.StatusConflict},
	{"alignment_id_taken", "Another alignment has this id", http.StatusConflict},
	{"alignment_there", "The activity is aligned in the same way already", http.StatusConflict},
	{"alignment_gone", "There is no such active alignment", http.StatusConflict},
	{"nothing_to_undo", "Nothing of the changeset stands any more", http.StatusConflict},
	{"more_lose", "More people would lose evidence than was shown", http.StatusConflict},
	{"preview_differs", "The preview is of another change", http.StatusConflict},
	{"preview_gone", "The preview is not there any more", http.StatusConflict},
	{"body_too_large", "The body is too large", http.StatusRequestEntityTooLarge},
	{"content_type_unknown", "The body is of another kind", http.StatusUnsupportedMediaType},
	{"content_encoding_unknown", "The body is packed", http.StatusUnsupportedMediaType},
	{"body_invalid", "The body is not as it should be", http.StatusUnprocessableEntity},
	{"edit_invalid", "An edit breaks a rule of alignments", http.StatusUnprocessableEntity},
	{"table_invalid", "The table has rows that are wrong", http.StatusUnprocessableEntity},
	{"rate_limited", "Too many requests", http.StatusTooManyRequests},
	{"previews_busy", "Too many previews are under way", http.StatusServiceUnavailable},
	{"store_unavailable", "The data cannot be reached now", http.StatusServiceUnavailable},
}

// find answers a rule by its name.
func find(name string) problemRule {
	for _, r := range rules {
		if r.Rule == name {
			return r
		}
	}
	return problemRule{name, http.StatusText(http.StatusBadRequest), http.StatusBadRequest}
}

func newProblem(name, detail string) *problem {
	r := find(name)
	return &problem{Type: Prefix + "/problems/" + name, Title: r.Title, Status: r.Status, Detail: detail, Rule: name}
}

// at says where in the body it is.
func (p *problem) at(pointer string) *problem {
	p.Pointer = pointer
	return p
}

// ofEdits are the rules of changesets that have a name of their own here; the others are edit_invalid.
var ofEdits = map[error]string{
	mapping.ErrMoved: "alignments_moved", mapping.ErrIDTaken: "alignment_id_taken", mapping.ErrAligned: "alignment_there",
	mapping.ErrUnknownAlignment: "alignment_gone",
}

// asProblem turns what went wrong into an answer. What stores answer beside their sentinels is 503: the request was valid.
func asProblem(err error) *problem {
	var told *problem
	var refused *lrs.Refusal
	var edit *mapping.EditError
	switch {
	case errors.As(err, &told):
		again := *told // it may be shared
		return &again
	case errors.As(err, &refused):
		p := newProblem(refused.Name, refused.Message)
		p.Status = refused.Status
		return p
	case errors.As(err, &edit):
		return editProblem(edit)
	case errors.Is(err, ErrChangesetID):
		return newProblem("changeset_id_taken", "another changeset has this id").at("/id")
	case errors.Is(err, pipeline.ErrMoreLose):
		return newProblem("more_lose", "more people would lose evidence than the preview had shown; look at the effect again")
	case errors.Is(err, ErrNotFound):
		return newProblem("resource_unknown", "there is no such thing here, or the credential does not reach it")
	}
	return newProblem("store_unavailable", "the data cannot be reached now; try again in a few seconds")
}

// plain is an error without the room it comes from.
func plain(err error) string { return shorten(strings.ReplaceAll(err.Error(), "mapping: ", "")) }

// editProblem names the edit that breaks a rule.
func editProblem(e *mapping.EditError) *problem {
	detail := plain(e.Rule)
	name := "edit_invalid"
	for is, called := range ofEdits {
		if errors.Is(e.Rule, is) {
			name = called
		}
	}
	p := newProblem(name, detail)
	if e.Edit >= 0 {
		p.Pointer = fmt.Sprintf("/edits/%d", e.Edit)
	}
	return p
}

// tableProblem names everything that is wrong in a table.
func tableProblem(e *mapping.ImportError) *problem {
	p := newProblem("table_invalid", "nothing of the table is taken: "+shorten(e.Problems[0].String()))
	for _, one := range e.Problems {
		p.Problems = append(p.Problems, cellProblem{one.Where, one.Message})
	}
	return p
}

func bodyProblem(err error, most int64) *problem {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return newProblem("body_too_large", fmt.Sprintf("a body has at most %d octets", most))
	}
	return newProblem("body_unreadable", "the body did not arrive whole")
}

// jsonProblem says where a body is not as it should be.
func jsonProblem(err error) *problem {
	var meant *json.SemanticError
	if errors.As(err, &meant) {
		detail := "the value is of another kind than is asked for"
		if errors.Is(err, json.ErrUnknownName) {
			detail = "there is no member of this name"
		} else if meant.Err != nil {
			detail = plain(meant.Err)
		}
		return newProblem("body_invalid", detail).at(string(meant.JSONPointer))
	}
	return newProblem("json_malformed", "the body is one JSON value, in UTF-8, and no name is in an object twice")
}

// refuse answers with a problem and logs it. Neither holds a secret or a body.
func (s *service) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p, head := asProblem(err), w.Header()
	p.Instance = head.Get("X-Request-Id")
	s.Door.Challenge(head, r, "Cairn", err)
	if p.Status == http.StatusServiceUnavailable {
		head.Set("Retry-After", "5")
	}
	s.note(r, p, err)
	body, wrong := json.Marshal(p)
	if wrong != nil { // a detail that is not UTF-8 cannot be written
		body = []byte(`{"rule":"` + p.Rule + `"}`)
	}
	writeBody(w, p.Status, "application/problem+json", body)
}

func (s *service) note(r *http.Request, p *problem, err error) {
	level, attrs := slog.LevelInfo, []slog.Attr{
		slog.String("request", p.Instance), slog.Int("status", p.Status), slog.String("name", p.Rule), slog.String("method", r.Method), slog.String("path", r.URL.Path),
	}
	if p.Status >= http.StatusInternalServerError {
		if !errors.Is(err, context.Canceled) { // else the client went away
			level = slog.LevelError
		}
		attrs = append(attrs, slog.Any("err", err))
	}
	s.Log.LogAttrs(r.Context(), level, "api request refused", attrs...)
}
