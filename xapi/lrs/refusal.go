package lrs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
)

// Refusal is why a request was not carried out. Name is stable, Message is a sentence for the person who reads the answer.
type Refusal struct {
	Status  int
	Name    string
	Message string
	Spec    string // section of xAPI, or of HTTP where that has none
	Path    string // JSON pointer into the body
}

func (e *Refusal) Error() string { return fmt.Sprintf("lrs: %s: %s", e.Name, e.Message) }

func refusal(status int, name, format string, args ...any) *Refusal {
	return &Refusal{Status: status, Name: name, Message: fmt.Sprintf(format, args...)}
}

// retryAfter is what a client is asked to wait when the store is unavailable, in seconds.
const retryAfter = "5"

// asRefusal turns what went wrong into an answer. What the store answers beside its sentinels is 503 with Retry-After: the
// request was valid, and sending it again later is right, because statements with an id are stored once.
func asRefusal(err error) *Refusal {
	var refused *Refusal
	var wrong *xapi.Invalid
	var conflict *ConflictError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &wrong):
		return &Refusal{http.StatusBadRequest, wrong.Rule, wrong.Detail, wrong.Spec, wrong.Path}
	case errors.As(err, &conflict):
		return &Refusal{http.StatusConflict, "statement_conflict",
			"another statement was stored with the id " + conflict.ID + "; nothing of this request was kept",
			"Communication 2.1.1, XAPI-00142", ""}
	case errors.Is(err, ErrVoidForbidden):
		return &Refusal{http.StatusForbidden, "void_forbidden",
			"a statement is voided by the credential that sent it, or by one with scope all; nothing of this request was kept",
			"Data 2.3.2", ""}
	}
	if errors.Is(err, ErrReferences) {
		return refusal(http.StatusBadRequest, "references_too_many",
			"statements of this request refer to each other, or to others, too often; send fewer at once. Nothing of this request was kept")
	}
	return refusal(http.StatusServiceUnavailable, "store_unavailable", "the statements cannot be reached now; try again in a few seconds")
}

// refuse answers with the refusal and logs it. Neither holds a secret or a body.
func (h *handler) refuse(w http.ResponseWriter, r *request, err error) {
	e := asRefusal(err)
	head := w.Header()
	h.challenge(head, r, err)
	if e.Status == http.StatusServiceUnavailable {
		head.Set("Retry-After", retryAfter)
	}
	answer := struct {
		Error       string `json:"error"`
		Description string `json:"error_description,omitzero"` // the message in the words of OAuth
		Message     string `json:"message"`
		Spec        string `json:"spec,omitzero"`
		Path        string `json:"path,omitzero"`
		RequestID   string `json:"request_id"`
	}{e.Name, "", e.Message, e.Spec, e.Path, r.id}
	if r.oauth {
		answer.Description = e.Message
	}
	body, marshalErr := json.Marshal(answer)
	if marshalErr != nil { // a message that is not UTF-8 cannot be written
		body = []byte(`{"error":"` + e.Name + `"}`)
	}
	if head.Get(xapi.VersionHeader) == "" {
		head.Set(xapi.VersionHeader, r.version.String())
	}
	h.log(r, e, err)
	writeJSON(w, e.Status, body)
}

func (h *handler) log(r *request, e *Refusal, err error) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", r.id), slog.Int("status", e.Status), slog.String("name", e.Name),
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.String("credential", r.credential.ID),
	}
	if e.Path != "" {
		attrs = append(attrs, slog.String("at", e.Path))
	}
	if e.Status >= 500 {
		level = slog.LevelError
		if errors.Is(err, context.Canceled) { // the client went away
			level = slog.LevelInfo
		}
		attrs = append(attrs, slog.Any("err", err))
	}
	h.Log.LogAttrs(r.Context(), level, "xapi request refused", attrs...)
}
