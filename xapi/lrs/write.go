package lrs

import (
	"bytes"
	"net/http"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
)

// postStatements keeps one statement or many, all or none (Communication 2.1.2).
func (h *handler) postStatements(w http.ResponseWriter, r *request) error {
	if err := r.needs(ScopeWrite, ScopeAll); err != nil {
		return err
	}
	if _, err := r.parameters(); err != nil {
		return err
	}
	sent, err := h.statementsSent(w, r)
	if err != nil {
		return err
	}
	batch, err := h.store(r, sent, h.NewID)
	if err != nil {
		return err
	}
	ids := make([]string, len(batch))
	for i := range batch {
		ids[i] = batch[i].ID
	}
	body, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

// putStatement keeps one statement under the id of the address (Communication 2.1.1).
func (h *handler) putStatement(w http.ResponseWriter, r *request) error {
	if err := r.needs(ScopeWrite, ScopeAll); err != nil {
		return err
	}
	found, err := r.parameters("statementId")
	if err != nil {
		return err
	}
	id, ok := xapi.NormalUUID(found["statementId"])
	if !ok {
		return &Refusal{http.StatusBadRequest, "statement_id_parameter", "the parameter statementId is needed, a UUID",
			"Communication 2.1.1, XAPI-00145", ""}
	}
	sent, err := h.statementsSent(w, r)
	if err != nil {
		return err
	}
	if err := h.storeOne(r, sent, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// storeOne stores a single statement that has the id or none.
func (h *handler) storeOne(r *request, s sent, id string) error {
	if bytes.HasPrefix(bytes.TrimLeft(s.json, " \t\r\n"), []byte("[")) {
		return refusal(http.StatusBadRequest, "statement_not_single", "one statement is put, not an array")
	}
	batch, err := h.prepare(r, s, func() string { return id })
	if err != nil {
		return err
	}
	if batch[0].ID != id {
		return &Refusal{http.StatusBadRequest, "statement_id_differs", "the id of the statement is not the one of the address",
			"Communication 2.1.1", "/id"}
	}
	return h.Statements.Add(r.Context(), r.sender(), batch)
}

// store prepares what was sent and stores it. An empty array is fine and reaches no store: some senders post one.
func (h *handler) store(r *request, s sent, newID func() string) ([]xapi.Prepared, error) {
	batch, err := h.prepare(r, s, newID)
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	return batch, h.Statements.Add(r.Context(), r.sender(), batch)
}

// prepare checks statements and makes them ready. What they say of activities is left out for a credential that may not define
// them (Communication 4.2, scope define); the statements keep it.
func (h *handler) prepare(r *request, s sent, newID func() string) ([]xapi.Prepared, error) {
	batch, err := xapi.Prepare(s.json, xapi.Options{Version: r.version, Authority: h.Authority(r.credential), NewID: newID})
	if err != nil {
		return nil, err
	}
	if err := s.attach(batch); err != nil {
		return nil, err
	}
	defines := r.has(ScopeDefine, ScopeAll)
	for i := range batch {
		if err := r.credential.Limits.statement(&batch[i]); err != nil {
			return nil, err
		}
		if err := checkSignature(&batch[i]); err != nil {
			return nil, err
		}
		if !defines {
			batch[i].Definitions = nil
		}
	}
	return batch, nil
}
