package lrs

import (
	"bytes"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
)

// writeMixed answers statements and what came with them, one attachment after the other, so that not all is held at once
// (Communication 1.5.2). What was stored without data is not among the parts; the answer is multipart nevertheless.
func (h *handler) writeMixed(w http.ResponseWriter, r *request, list []Stored, body [][]byte) error {
	boundary := "cairn-" + h.NewID() // nobody who sent data could know it
	mixed(w, boundary)
	if r.Method == http.MethodHead {
		return nil
	}
	parts := multipart.NewWriter(w)
	err := parts.SetBoundary(boundary)
	if err == nil {
		err = writeStatementsPart(parts, body)
	}
	if err == nil {
		err = h.writeData(r, parts, list)
	}
	if err == nil {
		err = parts.Close()
	}
	if err != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "an answer with attachments was cut off", slog.String("request", r.id), slog.Any("err", err))
		panic(http.ErrAbortHandler) // the status is sent: only a broken connection tells the reader
	}
	return nil
}

func writeStatementsPart(parts *multipart.Writer, body [][]byte) error {
	part, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/json"}})
	if err != nil {
		return err
	}
	for _, b := range body {
		if _, err := part.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// writeData writes each content once.
func (h *handler) writeData(r *request, parts *multipart.Writer, list []Stored) error {
	done := map[string]bool{}
	for _, s := range list {
		described := attachmentsIn(s.JSON)
		if len(described) == 0 {
			continue
		}
		all, err := h.Attachments.AttachmentData(r.Context(), []int64{s.Pos})
		if err != nil {
			return fmt.Errorf("lrs: reading attachments: %w", err)
		}
		for _, a := range all {
			if done[a.SHA2] {
				continue
			}
			done[a.SHA2] = true
			if err := writePart(parts, a.Content, described[a.SHA2]); err != nil {
				return err
			}
		}
	}
	return nil
}

func writePart(parts *multipart.Writer, content []byte, a xapi.Attachment) error {
	part, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {a.ContentType},
		"Content-Transfer-Encoding": {"binary"},
		hashHeader:                  {a.SHA2},
	})
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	return err
}

// attachmentsIn are those a statement describes, by hash in lower case. It is cheap to see that there are none.
func attachmentsIn(raw []byte) map[string]xapi.Attachment {
	if !bytes.Contains(raw, []byte(`"sha2"`)) {
		return nil
	}
	type part struct {
		Attachments []xapi.Attachment `json:"attachments"`
	}
	var s struct {
		Attachments []xapi.Attachment `json:"attachments"`
		Object      part              `json:"object"`
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil
	}
	found := map[string]xapi.Attachment{}
	for _, a := range append(s.Attachments, s.Object.Attachments...) {
		found[strings.ToLower(a.SHA2)] = a
	}
	return found
}
