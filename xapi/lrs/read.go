package lrs

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
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
	if err := exactOnly(found); err != nil {
		return err
	}
	id, byID := found["statementId"]
	voided, byVoided := found["voidedStatementId"]
	cursor, byCursor := found["cursor"]
	switch {
	case byID:
		return h.oneStatement(w, r, found, id, false)
	case byVoided:
		return h.oneStatement(w, r, found, voided, true)
	case byCursor:
		return h.nextPage(w, r, found, cursor)
	}
	q, err := h.query(r, found)
	if err != nil {
		return err
	}
	return h.page(w, r, q)
}

// exactOnly refuses the forms of answer that are not offered yet, and values that are none.
func exactOnly(found map[string]string) error {
	switch format, ok := found["format"]; {
	case !ok || format == "exact":
	case format == "ids" || format == "canonical":
		return refusal(http.StatusNotImplemented, "format_not_supported", "the format %s is not offered yet; ask for exact", format)
	default:
		return refusal(http.StatusBadRequest, "parameter_value", "the format is ids, exact or canonical")
	}
	switch value, ok := found["attachments"]; {
	case !ok || value == "false":
		return nil
	case value == "true":
		return refusal(http.StatusNotImplemented, "attachments_not_supported", "the data of attachments is not offered yet")
	}
	return refusal(http.StatusBadRequest, "parameter_value", "attachments is true or false")
}

// oneStatement answers by id. Nothing but format and attachments goes with it (XAPI-00150, XAPI-00151).
func (h *handler) oneStatement(w http.ResponseWriter, r *request, found map[string]string, id string, voided bool) error {
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
	sum := sha1.Sum(s.JSON)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
	w.Header().Set("Last-Modified", s.Stored.UTC().Format(http.TimeFormat))
	writeJSON(w, http.StatusOK, s.JSON)
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
func (h *handler) page(w http.ResponseWriter, r *request, q Query) error {
	if !r.seesAll() {
		q.Mine = r.credential.ID
	}
	page, err := h.Statements.Query(r.Context(), q)
	if err != nil {
		return fmt.Errorf("lrs: querying statements: %w", err)
	}
	more := ""
	if page.Next != 0 {
		q.After, q.UpTo = page.Next, page.UpTo
		if more, err = h.more(q); err != nil {
			return err
		}
	}
	if len(page.Statements) > 0 {
		w.Header().Set("Last-Modified", newest(page.Statements).UTC().Format(http.TimeFormat))
	}
	writePage(w, page.Statements, more)
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

// writePage writes a StatementResult (Data 2.5), each statement as it was kept, without copying them together.
func writePage(w http.ResponseWriter, list []Stored, more string) {
	const head, middle, tail = `{"statements":[`, `],"more":"`, `"}`
	size := len(head) + len(middle) + len(more) + len(tail) + max(0, len(list)-1)
	for _, s := range list {
		size += len(s.JSON)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(http.StatusOK)
	parts := [][]byte{[]byte(head)}
	for i, s := range list {
		if i > 0 {
			parts = append(parts, []byte{','})
		}
		parts = append(parts, s.JSON)
	}
	for _, part := range append(parts, []byte(middle+more+tail)) {
		if _, err := w.Write(part); err != nil {
			return // the connection is gone
		}
	}
}
