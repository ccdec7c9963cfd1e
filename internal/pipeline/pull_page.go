package pipeline

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// pulledPage is an answer to a query for statements.
type pulledPage struct {
	statements []jsontext.Value
	more       string
	data       map[string][]byte // of attachments, by hash in lower case
	through    time.Time         // of X-Experience-API-Consistent-Through, zero when it is not said
	at         time.Time         // when it was answered, by the clock there where that is told, else by ours
}

var errNotPage = errors.New("pipeline: the answer is no page of statements")

// understand reads an answer, or says with *notNow why it cannot be used.
func (p *pass) understand(a answer) (pulledPage, error) {
	if a.status != http.StatusOK {
		return pulledPage{}, &notNow{a.problem, a.after}
	}
	page, err := readPage(a.kind, a.body)
	if err != nil {
		return page, &notNow{"it answered 200, but not with statements; is the endpoint right?", a.after}
	}
	page.through = a.through
	return page, nil
}

// readPage reads JSON, or JSON with data (Communication 1.5.2). A statement that breaks the rules of JSON in a way that still shows
// where it ends does not spoil the page: it is refused by itself.
func readPage(kind string, body []byte) (page pulledPage, err error) {
	text := body
	if media, parameters, _ := mime.ParseMediaType(kind); media == "multipart/mixed" {
		if text, page.data, err = readMixed(parameters["boundary"], body); err != nil {
			return page, err
		}
	}
	var list struct {
		Statements []jsontext.Value `json:"statements"`
		More       string           `json:"more"`
	}
	if err := json.Unmarshal(text, &list, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return page, errors.Join(errNotPage, err)
	}
	if list.Statements == nil {
		return page, errNotPage
	}
	page.statements, page.more = list.Statements, list.More
	return page, nil
}

// readMixed takes an answer apart. Data that does not have its hash is left out.
func readMixed(boundary string, body []byte) (text []byte, data map[string][]byte, err error) {
	if boundary == "" {
		return nil, nil, errNotPage
	}
	parts, data := multipart.NewReader(bytes.NewReader(body), boundary), map[string][]byte{}
	for first := true; ; first = false {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && !first {
			return text, data, nil
		}
		if err != nil {
			return nil, nil, errors.Join(errNotPage, err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, errors.Join(errNotPage, err)
		}
		sha2 := strings.ToLower(part.Header.Get(hashHeader))
		switch {
		case first:
			text = content
		case hasHash(content, sha2):
			data[sha2] = content
		}
	}
}

// hasHash says whether the SHA-2 hash with so many digits is the content's.
func hasHash(content []byte, sha2 string) bool {
	var sum []byte
	switch len(sha2) {
	case 2 * sha256.Size224:
		s := sha256.Sum224(content)
		sum = s[:]
	case 2 * sha256.Size:
		s := sha256.Sum256(content)
		sum = s[:]
	case 2 * sha512.Size384:
		s := sha512.Sum384(content)
		sum = s[:]
	case 2 * sha512.Size:
		s := sha512.Sum512(content)
		sum = s[:]
	}
	return sum != nil && hex.EncodeToString(sum) == sha2
}

// storedOf is when the source stored a statement, zero when it does not say.
func storedOf(statement []byte) time.Time {
	var s struct {
		Stored string `json:"stored"`
	}
	if json.Unmarshal(statement, &s, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) != nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, s.Stored)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
