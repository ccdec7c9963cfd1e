package lrs

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
)

// documents is one of the three document resources (Communication 2.2): they differ in what names a document, in the scope they
// need, and in what 1.0.3 asks for before a document is replaced.
type documents struct {
	*handler
	kind  DocumentKind
	scope Scope
	id    string   // the parameter that names a document
	owner []string // the parameters that are always needed
	other []string // the parameters that may be there
}

func (h *handler) states() documents {
	return documents{h, KindState, ScopeState, "stateId", []string{"activityId", "agent"}, []string{"registration"}}
}

func (h *handler) agentProfiles() documents {
	return documents{h, KindAgentProfile, ScopeProfile, "profileId", []string{"agent"}, nil}
}

func (h *handler) activityProfiles() documents {
	return documents{h, KindActivityProfile, ScopeProfile, "profileId", []string{"activityId"}, nil}
}

func (d documents) resource() resource {
	return resource{methods: map[string]action{
		http.MethodGet:    d.get,
		http.MethodHead:   d.get,
		http.MethodPut:    d.put,
		http.MethodPost:   d.post,
		http.MethodDelete: d.remove,
	}}
}

// key reads what names a document or, without its id, many of them.
func (d documents) key(r *request, more ...string) (key DocumentKey, found map[string]string, err error) {
	known := append(append(append([]string{d.id}, d.owner...), d.other...), more...)
	if found, err = r.parameters(known...); err != nil {
		return key, nil, err
	}
	for _, name := range d.owner {
		if found[name] == "" {
			return key, nil, &Refusal{http.StatusBadRequest, "parameter_missing", "the parameter " + name + " is needed", "Communication 2.2", ""}
		}
	}
	p := reading{found: found, version: r.version}
	key = DocumentKey{d.kind, p.iri("activityId"), p.agent("agent"), p.uuid("registration"), found[d.id]}
	if _, ok := found[d.id]; ok && key.ID == "" {
		p.wrong(d.id, "more than an empty text")
	}
	if p.err == nil {
		p.err = r.credential.Limits.document(key)
	}
	return key, found, p.err
}

// one is key for a method that needs a single document.
func (d documents) one(r *request) (DocumentKey, error) {
	key, _, err := d.key(r)
	if err == nil && key.ID == "" {
		err = &Refusal{http.StatusBadRequest, "parameter_missing", "the parameter " + d.id + " is needed", "Communication 2.2", ""}
	}
	return key, err
}

// get answers a document as it was sent, or the ids of many.
func (d documents) get(w http.ResponseWriter, r *request) error {
	if err := r.needs(d.scope, ScopeAllRead, ScopeAll); err != nil {
		return err
	}
	key, found, err := d.key(r, "since")
	if err != nil {
		return err
	}
	if key.ID == "" {
		return d.list(w, r, key, found)
	}
	doc, err := d.Documents.Document(r.Context(), key)
	if errors.Is(err, ErrNotFound) {
		return refusal(http.StatusNotFound, "document_not_found", "there is no such document")
	}
	if err != nil {
		return fmt.Errorf("lrs: reading a document: %w", err)
	}
	head := w.Header()
	head.Set("ETag", quoted(doc.ETag))
	head.Set("Last-Modified", doc.Updated.UTC().Format(http.TimeFormat))
	if r.Header.Get("If-None-Match") != "" && matchesETag(r.Header["If-None-Match"], &doc) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	writeDocument(w, doc)
	return nil
}

// writeDocument answers octets that somebody sent: a browser must neither guess their kind nor run them as a page of this host.
func writeDocument(w http.ResponseWriter, doc Document) {
	head := w.Header()
	head.Set("Content-Type", doc.ContentType)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	head.Set("Content-Length", strconv.Itoa(len(doc.Content)))
	w.WriteHeader(http.StatusOK)
	w.Write(doc.Content) // what fails here is the connection, and nothing can be answered on it
}

// list answers the ids of an owner's documents.
func (d documents) list(w http.ResponseWriter, r *request, key DocumentKey, found map[string]string) error {
	p := reading{found: found, version: r.version}
	f := DocumentFilter{key, p.time("since")}
	if p.err != nil {
		return p.err
	}
	ids, newest, err := d.Documents.DocumentIDs(r.Context(), f)
	if err != nil {
		return fmt.Errorf("lrs: listing documents: %w", err)
	}
	if ids == nil {
		ids = []string{}
	}
	body, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("lrs: listing documents: %w", err)
	}
	if !newest.IsZero() {
		w.Header().Set("Last-Modified", newest.UTC().Format(http.TimeFormat))
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

// put keeps a document in the place of any other.
func (d documents) put(w http.ResponseWriter, r *request) error {
	key, sent, err := d.sent(w, r)
	if err != nil {
		return err
	}
	return d.change(w, r, key, func(had *Document) (*Document, error) {
		if err := d.conditions(r, had); err != nil {
			return nil, err
		}
		return &sent, d.unconditional(r, had)
	})
}

// post merges a document with the one that is there (Communication 2.2, JSON procedure), or keeps it.
func (d documents) post(w http.ResponseWriter, r *request) error {
	key, sent, err := d.sent(w, r)
	if err != nil {
		return err
	}
	if _, err := members(sent); err != nil && isJSON(sent.ContentType) {
		return err
	}
	return d.change(w, r, key, func(had *Document) (*Document, error) {
		if err := d.conditions(r, had); err != nil {
			return nil, err
		}
		if had == nil {
			return &sent, nil
		}
		merged, err := merge(*had, sent)
		if err == nil && int64(len(merged.Content)) > d.MaxDocument {
			err = d.tooLarge()
		}
		return &merged, err
	})
}

// remove deletes a document, or all states of an activity and agent.
func (d documents) remove(w http.ResponseWriter, r *request) error {
	if err := r.needs(d.scope, ScopeAll); err != nil {
		return err
	}
	key, _, err := d.key(r)
	if err != nil {
		return err
	}
	if key.ID == "" && d.kind != KindState {
		return &Refusal{http.StatusBadRequest, "parameter_missing", "the parameter " + d.id + " is needed", "Communication 2.2", ""}
	}
	if key.ID == "" {
		if err := d.Documents.DeleteDocuments(r.Context(), DocumentFilter{DocumentKey: key}); err != nil {
			return fmt.Errorf("lrs: deleting documents: %w", err)
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return d.change(w, r, key, func(had *Document) (*Document, error) { return nil, d.conditions(r, had) })
}

// sent reads the document of a request.
func (d documents) sent(w http.ResponseWriter, r *request) (key DocumentKey, doc Document, err error) {
	if err = r.needs(d.scope, ScopeAll); err != nil {
		return key, doc, err
	}
	if key, err = d.one(r); err != nil {
		return key, doc, err
	}
	if doc.Content, err = d.octets(w, r); err != nil {
		return key, doc, err
	}
	if int64(len(doc.Content)) > d.MaxDocument {
		return key, doc, d.tooLarge()
	}
	if doc.ContentType = r.Header.Get("Content-Type"); doc.ContentType == "" {
		doc.ContentType = "application/octet-stream"
	}
	if isJSON(doc.ContentType) && !isJSONText(doc.Content) {
		return key, doc, &Refusal{http.StatusBadRequest, "document_not_json", "the document is sent as application/json and is not JSON",
			"Communication 2.2", ""}
	}
	doc.ETag = etag(doc.Content)
	return key, doc, nil
}

func (d documents) tooLarge() error {
	return &Refusal{http.StatusRequestEntityTooLarge, "document_too_large", fmt.Sprintf("a document has at most %d octets", d.MaxDocument), "RFC 9110 15.5.14", ""}
}

func (d documents) change(w http.ResponseWriter, r *request, key DocumentKey, f func(*Document) (*Document, error)) error {
	if err := d.Documents.ChangeDocument(r.Context(), key, f); err != nil {
		return fmt.Errorf("lrs: changing a document: %w", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// etag is the SHA-1 of a content: 1.0.3 asks for it (Communication 3.1), 2.0 leaves the form open.
func etag(content []byte) string {
	sum := sha1.Sum(content)
	return hex.EncodeToString(sum[:])
}

func quoted(tag string) string { return `"` + tag + `"` }

// headersNeeded says whether a document is only replaced by who says which one (Communication 3.1; 2.0, 4.1.4): 1.0.3 leaves
// states out of it.
func (d documents) headersNeeded(v xapi.Version) bool { return v == xapi.V2 || d.kind != KindState }
