package lrs

import (
	"bytes"
	"net/http"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
)

// signatureUsage marks an attachment that signs the statement (Data 2.6).
const signatureUsage = "http://adlnet.gov/expapi/attachments/signature"

// postStatements keeps one statement or many, all or none (Communication 2.1.2).
func (h *handler) postStatements(w http.ResponseWriter, r *request) error {
	if err := r.needs(ScopeWrite, ScopeAll); err != nil {
		return err
	}
	if _, err := r.parameters(); err != nil {
		return err
	}
	raw, err := h.body(w, r)
	if err != nil {
		return err
	}
	batch, err := h.store(r, raw, h.NewID)
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
	raw, err := h.body(w, r)
	if err != nil {
		return err
	}
	if err := h.storeOne(r, raw, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// storeOne stores a single statement that has the id or none.
func (h *handler) storeOne(r *request, raw []byte, id string) error {
	if bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("[")) {
		return refusal(http.StatusBadRequest, "statement_not_single", "one statement is put, not an array")
	}
	batch, err := h.prepare(r, raw, func() string { return id })
	if err != nil {
		return err
	}
	if batch[0].ID != id {
		return &Refusal{http.StatusBadRequest, "statement_id_differs", "the id of the statement is not the one of the address",
			"Communication 2.1.1", "/id"}
	}
	return h.Statements.Add(r.Context(), r.credential, batch)
}

// store prepares what was sent and stores it. An empty array is fine and reaches no store: some senders post one.
func (h *handler) store(r *request, raw []byte, newID func() string) ([]xapi.Prepared, error) {
	batch, err := h.prepare(r, raw, newID)
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	return batch, h.Statements.Add(r.Context(), r.credential, batch)
}

func (h *handler) prepare(r *request, raw []byte, newID func() string) ([]xapi.Prepared, error) {
	batch, err := xapi.Prepare(raw, xapi.Options{Version: r.version, Authority: h.Authority(r.credential), NewID: newID})
	if err != nil {
		return nil, err
	}
	for i := range batch {
		if err := checkAttachments(batch[i].Attachments); err != nil {
			return nil, err
		}
	}
	return batch, nil
}

// checkAttachments judges attachments that came without their data (Communication 1.5.1): each says where the data is, and none
// is a signature, which could not be verified.
func checkAttachments(list []xapi.Attachment) error {
	for _, a := range list {
		switch {
		case a.UsageType == signatureUsage:
			return &Refusal{http.StatusBadRequest, "signature_without_data", "a signed statement comes with its signature",
				"Data 2.6", "/attachments"}
		case a.FileURL == "":
			return &Refusal{http.StatusBadRequest, "attachment_data_missing", "an attachment without data has a fileUrl",
				"Communication 1.5.1", "/attachments"}
		}
	}
	return nil
}
