package lrs

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"cairn/xapi"
)

// hashHeader names the data of a part by the hash that the statement gives (Communication 1.5.2).
const hashHeader = "X-Experience-API-Hash"

// sent is the body of a request that stores statements.
type sent struct {
	json  []byte
	data  map[string][]byte // what came along, by hash in lower case
	mixed bool
}

// statementsSent reads a body: JSON, or JSON and the data of attachments (Communication 1.5, XAPI-00127 to XAPI-00135).
func (h *handler) statementsSent(w http.ResponseWriter, r *request) (s sent, err error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "multipart/mixed" {
		return s, &Refusal{http.StatusBadRequest, "content_type", "statements are sent as application/json, or with data as multipart/mixed",
			"Communication 1.5, XAPI-00127", ""}
	}
	if s.json, err = h.octets(w, r); err != nil || kind == "application/json" {
		return s, err
	}
	return readMixed(s.json, parameters["boundary"])
}

// readMixed takes a multipart body apart. The data is not copied.
func readMixed(raw []byte, boundary string) (s sent, err error) {
	if boundary == "" {
		return s, multipartRefusal("multipart_boundary", "the Content-Type names no boundary")
	}
	s = sent{data: map[string][]byte{}, mixed: true}
	parts := multipart.NewReader(bytes.NewReader(raw), boundary)
	for first := true; ; first = false {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && !first {
			return s, nil
		}
		if err != nil {
			return s, multipartRefusal("multipart_malformed", "the body cannot be taken apart at its boundary")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return s, multipartRefusal("multipart_malformed", "a part does not end with the boundary")
		}
		if !first {
			err = s.addData(part.Header, content)
		} else if s.json = content; !isJSON(part.Header.Get("Content-Type")) {
			err = multipartRefusal("multipart_first_part", "the first part holds the statements, as application/json")
		}
		if err != nil {
			return s, err
		}
	}
}

func multipartRefusal(name, message string) error {
	return &Refusal{http.StatusBadRequest, name, message, "Communication 1.5.2, XAPI-00130, XAPI-00131, XAPI-00133, XAPI-00134", ""}
}

// addData checks a part that holds the data of an attachment.
func (s *sent) addData(head textproto.MIMEHeader, content []byte) error {
	given := strings.ToLower(head.Get(hashHeader))
	switch {
	case head.Get("Content-Transfer-Encoding") != "binary":
		return &Refusal{http.StatusBadRequest, "part_encoding", "a part with data has Content-Transfer-Encoding: binary", "Communication 1.5.2, XAPI-00135", ""}
	case given == "":
		return &Refusal{http.StatusBadRequest, "part_hash_missing", "a part with data has the header " + hashHeader, "Communication 1.5.2, XAPI-00132", ""}
	case hashOf(content, len(given)) != given:
		return &Refusal{http.StatusBadRequest, "part_hash_differs", "the data of a part does not have the hash of its header " + hashHeader,
			"Communication 1.5.2, XAPI-00132", ""}
	}
	if content == nil {
		content = []byte{}
	}
	s.data[given] = content
	return nil
}

// hashOf is the SHA-2 hash of so many hexadecimal digits, "" when there is none.
func hashOf(content []byte, digits int) string {
	makers := map[int]func() hash.Hash{56: sha256.New224, 64: sha256.New, 96: sha512.New384, 128: sha512.New}
	make, ok := makers[digits]
	if !ok {
		return ""
	}
	h := make()
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// attach gives each attachment its data. An attachment without data says where the data is, and data without an attachment is
// refused (Communication 1.5.2, XAPI-00128, XAPI-00129). The hash says which data it is, and that it is whole. The length (Data 2.4.11) is
// not held against it: xAPI asks that of no LRS, senders in the field count characters, and ADL's suite has a valid request with a wrong one.
func (s *sent) attach(batch []xapi.Prepared) error {
	used := map[string]bool{}
	for i := range batch {
		for k := range batch[i].Attachments {
			a := &batch[i].Attachments[k]
			sha2 := strings.ToLower(a.SHA2)
			data, ok := s.data[sha2]
			switch {
			case ok:
				a.Data, used[sha2] = data, true
			case a.UsageType == xapi.SignatureUsage:
				return &Refusal{http.StatusBadRequest, "signature_without_data", "a signed statement comes with its signature", "Data 2.6, XAPI-00115", "/attachments"}
			case a.FileURL == "":
				return &Refusal{http.StatusBadRequest, "attachment_data_missing", "an attachment without data has a fileUrl",
					"Communication 1.5.2, XAPI-00129", "/attachments"}
			}
		}
	}
	if len(used) != len(s.data) {
		return &Refusal{http.StatusBadRequest, "part_unmatched", "there is a part that no attachment has the hash of", "Communication 1.5.2, XAPI-00128", ""}
	}
	return nil
}
