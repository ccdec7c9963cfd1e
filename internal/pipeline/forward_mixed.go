package pipeline

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/go-json-experiment/json"

	"cairn/xapi"
)

// hashHeader names the data of a part by its hash (Communication 1.5.2).
const hashHeader = "X-Experience-API-Hash"

// mixed puts statements and the data of one's attachments together (Communication 1.5.2).
func mixed(body, statement []byte, data []Data) (whole []byte, contentType string, err error) {
	kinds := map[string]xapi.Attachment{}
	for _, a := range attachmentsOf(statement) {
		kinds[strings.ToLower(a.SHA2)] = a
	}
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	if err := parts.SetBoundary("cairn-" + rand.Text()); err != nil {
		return nil, "", fmt.Errorf("pipeline: begin a request with attachments: %w", err)
	}
	add := func(head textproto.MIMEHeader, content []byte) {
		if part, failed := parts.CreatePart(head); failed == nil {
			_, _ = part.Write(content) // into memory
		}
	}
	add(textproto.MIMEHeader{"Content-Type": {"application/json"}}, body)
	for _, d := range data {
		a, described := kinds[d.SHA2]
		if !described {
			continue
		}
		add(textproto.MIMEHeader{"Content-Type": {a.ContentType}, "Content-Transfer-Encoding": {"binary"}, hashHeader: {a.SHA2}}, d.Content)
	}
	if err := parts.Close(); err != nil {
		return nil, "", fmt.Errorf("pipeline: end a request with attachments: %w", err)
	}
	return out.Bytes(), "multipart/mixed; boundary=" + parts.Boundary(), nil
}

// attachmentsOf are those that a statement describes, also those of its SubStatement.
func attachmentsOf(statement []byte) []xapi.Attachment {
	type part struct {
		Attachments []xapi.Attachment `json:"attachments"`
	}
	var s struct {
		Attachments []xapi.Attachment `json:"attachments"`
		Object      part              `json:"object"`
	}
	if json.Unmarshal(statement, &s) != nil {
		return nil
	}
	return append(s.Attachments, s.Object.Attachments...)
}
