package lrs

import (
	"net/http"
	"strings"

	"cairn/xapi"
)

// conditions checks the headers that make a change conditional (Communication 3.1, XAPI-00322; RFC 9110, 13.1).
func (d documents) conditions(r *request, had *Document) error {
	if want, ok := r.Header["If-Match"]; ok && !matchesETag(want, had) {
		return &Refusal{http.StatusPreconditionFailed, "if_match", "the document is not the one that If-Match names",
			"Communication 3.1, XAPI-00322", ""}
	}
	if unwanted, ok := r.Header["If-None-Match"]; ok && matchesETag(unwanted, had) {
		return &Refusal{http.StatusPreconditionFailed, "if_none_match", "there is a document that If-None-Match rules out",
			"Communication 3.1, XAPI-00322", ""}
	}
	return nil
}

// unconditional judges a PUT that carries none of the headers.
func (d documents) unconditional(r *request, had *Document) error {
	_, match := r.Header["If-Match"]
	_, none := r.Header["If-None-Match"]
	switch {
	case match || none || !d.headersNeeded(r.version):
		return nil
	case had != nil:
		return &Refusal{http.StatusConflict, "document_exists", "there is a document already; read it, and send its ETag as If-Match to replace it",
			"Communication 3.1", ""}
	case r.version == xapi.V1:
		return &Refusal{http.StatusBadRequest, "condition_missing", "send If-None-Match: * for a new document, or If-Match with the ETag of the old one",
			"Communication 3.1", ""}
	}
	return nil
}

// matchesETag says whether a document is there and in a list of tags. Tags are compared without their W/: what is stored is
// compared by its octets, so a weak one names it as well.
func matchesETag(headers []string, had *Document) bool {
	if had == nil {
		return false
	}
	for _, header := range headers {
		for tag := range strings.SplitSeq(header, ",") {
			tag = strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`)
			if tag == "*" || strings.EqualFold(tag, had.ETag) {
				return true
			}
		}
	}
	return false
}
