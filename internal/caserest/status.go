package caserest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// problem is a refusal in CASE's words (imsx_StatusInfo).
type problem struct {
	status int
	major  string // failure or unsupported
	minor  string // of the vocabulary of codeMinorFieldValue
	field  string // what it is about
	text   string
}

func (p *problem) Error() string { return p.text }

// The values of imsx_codeMinorFieldValue that are used.
const (
	minorUnknown   = "unknownobject"
	minorUUID      = "invaliduuid"
	minorSort      = "invalid_sort_field"
	minorSelection = "invalid_selection_field"
	minorServer    = "internal_server_error"
)

var (
	errMethod   = &problem{http.StatusMethodNotAllowed, "unsupported", "forbidden", "method", "This service is read only: GET and HEAD are answered."}
	errInternal = &problem{http.StatusInternalServerError, "failure", minorServer, "server", "The answer could not be made."}
	errPath     = &problem{http.StatusNotFound, "failure", minorUnknown, "path", "There is nothing at this address."}
)

func unknownObject(kind, id string) error {
	return &problem{http.StatusNotFound, "failure", minorUnknown, "identifier", "No " + kind + " that is published has the identifier " + strconv.Quote(id) + "."}
}

func badUUID(id string) error {
	return &problem{http.StatusNotFound, "failure", minorUUID, "identifier", strconv.Quote(id) + " is not a UUID."}
}

func badQuery(minor, field, text string) error {
	return &problem{http.StatusBadRequest, "failure", minor, field, text}
}

type statusInfo struct {
	Major       string    `json:"imsx_codeMajor"`
	Severity    string    `json:"imsx_severity"`
	Description string    `json:"imsx_description"`
	Minor       codeMinor `json:"imsx_codeMinor"`
}

type codeMinor struct {
	Fields []codeMinorField `json:"imsx_codeMinorField"`
}

type codeMinorField struct {
	Name  string `json:"imsx_codeMinorFieldName"`
	Value string `json:"imsx_codeMinorFieldValue"`
}

func (p *problem) statusInfo() statusInfo {
	field := strings.ToValidUTF8(p.field, "\ufffd") // it may be what the reader sent
	return statusInfo{p.major, "error", p.text, codeMinor{[]codeMinorField{{field, p.minor}}}}
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

func (s *service) unknownPath(*http.Request) (answer, error) { return answer{}, errPath }
