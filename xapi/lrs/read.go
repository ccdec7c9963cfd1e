package lrs

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
)

// errUnknownStatement leaves the words timestamp and stored out: a conformance test reads the body for them.
var errUnknownStatement = refusal(http.StatusNotFound, "statement_not_found", "there is no such statement for this credential")

// getStatements answers one statement by id, a query, or the next page of one (Communication 2.1.3).
func (h *handler) getStatements(w http.ResponseWriter, r *request) error {
	if err := r.needs(ScopeReadMine, ScopeRead, ScopeAllRead, ScopeAll); err != nil {
		return err
	}
	found, err := r.parameters(queryParameters...)
	if err != nil {
		return err
	}
	v, err := readView(r, found)
	if err != nil {
		return err
	}
	id, byID := found["statementId"]
	voided, byVoided := found["voidedStatementId"]
	cursor, byCursor := found["cursor"]
	switch {
	case byID:
		return h.oneStatement(w, r, v, found, id, false)
	case byVoided:
		return h.oneStatement(w, r, v, found, voided, true)
	case byCursor:
		return h.nextPage(w, r, found, cursor)
	}
	q, err := h.query(r, found)
	if err != nil {
		return err
	}
	return h.page(w, r, q, v)
}

// oneStatement answers by id. Nothing but format and attachments goes with it (XAPI-00150, XAPI-00151).
func (h *handler) oneStatement(w http.ResponseWriter, r *request, v view, found map[string]string, id string, voided bool) error {
	if err := alone(found, "format", "attachments"); err != nil {
		return err
	}
	id, ok := xapi.NormalUUID(id)
	if !ok {
		return refusal(http.StatusBadRequest, "parameter_value", "the id of a statement is a UUID")
	}
	s, err := h.Statements.Statement(r.Context(), id, voided)
	if errors.Is(err, ErrNotFound) {
		return errUnknownStatement
	}
	if err != nil {
		return fmt.Errorf("lrs: reading a statement: %w", err)
	}
	if !r.seesAll() && !h.isMine(s, r.credential) {
		return errUnknownStatement
	}
	list := []Stored{s}
	if err := h.show(r, v, list); err != nil {
		return err
	}
	w.Header().Set("ETag", quoted(etag(list[0].JSON)))
	w.Header().Set("Last-Modified", s.Stored.UTC().Format(http.TimeFormat))
	if v.attachments {
		return h.writeMixed(w, r, list, [][]byte{list[0].JSON})
	}
	writeJSON(w, http.StatusOK, list[0].JSON)
	return nil
}

// alone refuses any parameter beside one and those it allows.
func alone(found map[string]string, with ...string) error {
	rest := len(found) - 1
	for _, name := range with {
		if _, ok := found[name]; ok {
			rest--
		}
	}
	if rest > 0 {
		return &Refusal{http.StatusBadRequest, "parameter_combination", "the parameters do not go together",
			"Communication 2.1.3, XAPI-00150, XAPI-00151", ""}
	}
	return nil
}

// isMine says whether the credential stored the statement: then it is the statement's authority.
func (h *handler) isMine(s Stored, c Credential) bool {
	var sent struct {
		Authority xapi.Agent `json:"authority"`
	}
	if err := json.Unmarshal(s.JSON, &sent); err != nil {
		return false
	}
	return sent.Authority.Key() == h.Authority(c).Key()
}

// page answers a query.
func (h *handler) page(w http.ResponseWriter, r *request, q Query, v view) error {
	if !r.seesAll() {
		q.Mine = r.credential.ID
	}
	if q.UpTo == 0 {
		q.UpTo = r.upTo
	}
	page, err := h.Statements.Query(r.Context(), q)
	if err != nil {
		return fmt.Errorf("lrs: querying statements: %w", err)
	}
	more := ""
	if page.Next != 0 {
		q.After, q.UpTo = page.Next, page.UpTo
		if more, err = h.more(q, v); err != nil {
			return err
		}
	}
	if len(page.Statements) > 0 {
		w.Header().Set("Last-Modified", newest(page.Statements).UTC().Format(http.TimeFormat))
	}
	if err := h.show(r, v, page.Statements); err != nil {
		return err
	}
	parts := pageParts(page.Statements, more)
	if v.attachments {
		return h.writeMixed(w, r, page.Statements, parts)
	}
	writeParts(w, parts)
	return nil
}

// newest is the later stored time of the two ends: a page is in order of it.
func newest(list []Stored) time.Time {
	first, last := list[0].Stored, list[len(list)-1].Stored
	if first.After(last) {
		return first
	}
	return last
}

// pageParts makes a StatementResult (Data 2.5), each statement as it was kept, without copying them together.
func pageParts(list []Stored, more string) [][]byte {
	parts := [][]byte{[]byte(`{"statements":[`)}
	for i, s := range list {
		if i > 0 {
			parts = append(parts, []byte{','})
		}
		parts = append(parts, s.JSON)
	}
	return append(parts, []byte(`],"more":"`+more+`"}`))
}

// writers put the parts of an answer together again: each write to a connection costs more than copying a page of statements.
var writers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 64<<10) }}

// writeParts answers with one piece of JSON that lies in parts.
func writeParts(w http.ResponseWriter, parts [][]byte) {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(http.StatusOK)
	out := writers.Get().(*bufio.Writer)
	out.Reset(w)
	for _, part := range parts {
		_, _ = out.Write(part) // an error stays, and means that the connection is gone
	}
	_ = out.Flush()
	out.Reset(nil)
	writers.Put(out)
}
