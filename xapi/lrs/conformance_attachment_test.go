package lrs_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"cairn/xapi"
)

// section is a part of a multipart body; data gets the headers it needs unless it says otherwise.
type section struct {
	content string
	header  map[string]string // "-" leaves one out
}

// with changes a request.
func with(c call, change func(*call)) call {
	change(&c)
	return c
}

func sha2(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// mixed makes a request of a JSON part and parts with data.
func mixed(jsonPart string, data ...section) call {
	return sections(append([]section{{jsonPart, map[string]string{"Content-Type": "application/json"}}}, data...)...)
}

func sections(all ...section) call {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i, s := range all {
		head := textproto.MIMEHeader{}
		if i > 0 {
			head = textproto.MIMEHeader{"Content-Type": {"text/plain"}, "Content-Transfer-Encoding": {"binary"}, "X-Experience-Api-Hash": {sha2(s.content)}}
		}
		for name, value := range s.header {
			head.Set(name, value)
			if value == "-" {
				head.Del(name)
			}
		}
		part, _ := w.CreatePart(head)
		io.WriteString(part, s.content)
	}
	w.Close()
	return call{method: "POST", path: statements, body: b.String(), contentType: "multipart/mixed; boundary=" + w.Boundary()}
}

// attachment describes an attachment of a statement; file is its fileUrl, or "".
func attachment(hash, file string) string {
	if file != "" {
		file = fmt.Sprintf(`,"fileUrl":%q`, file)
	}
	return fmt.Sprintf(`{"usageType":"a:u","display":{"en":"x"},"contentType":"text/plain","length":3,"sha2":%q%s}`, hash, file)
}

func withAttachments(n int, list ...string) string {
	return statement(n, `"attachments":[`+strings.Join(list, ",")+`],`)
}

// parts takes a multipart answer apart: contents by hash, the statements under "".
func (a answer) parts(t *testing.T) map[string]string {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatal(a)
	}
	found := map[string]string{}
	for r := multipart.NewReader(strings.NewReader(a.body), parameters["boundary"]); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		hash := part.Header.Get("X-Experience-API-Hash")
		if want := map[bool]string{true: "application/json", false: "text/plain"}[hash == ""]; part.Header.Get("Content-Type") != want {
			t.Error(part.Header)
		}
		if hash != "" && part.Header.Get("Content-Transfer-Encoding") != "binary" {
			t.Error(part.Header)
		}
		found[hash] = string(content)
	}
}

// The hash holds the data; a length that counts characters, or something else, costs nobody their statement, and is kept as sent.
func TestLengthOfAnAttachmentIsNotHeldAgainstIt(t *testing.T) {
	s := serve(t)
	wrong := strings.Replace(withAttachments(1, attachment(sha2("abc"), "")), `"length":3`, `"length":27`, 1)
	if got := s.do(t, mixed(wrong, section{content: "abc"})); got.status != 200 {
		t.Fatal(got)
	}
	found := s.do(t, call{path: statements + "?attachments=true&statementId=" + id(1)}).parts(t)
	if found[sha2("abc")] != "abc" || !strings.Contains(found[""], `"length":27`) {
		t.Error(found)
	}
}

func TestMultipart_XAPI_00127_to_00135_refused(t *testing.T) {
	one := withAttachments(1, attachment(sha2("abc"), ""))
	plain := statement(1, "")
	for name, c := range map[string]struct {
		call  call
		error string
	}{
		"XAPI-00127_another_multipart":   {with(mixed(one, section{content: "abc"}), func(c *call) { c.contentType = strings.Replace(c.contentType, "mixed", "form-data", 1) }), "content_type"},
		"XAPI-00128_part_too_many":       {mixed(one, section{content: "abc"}, section{content: "xyz"}), "part_unmatched"},
		"XAPI-00128_part_of_nothing":     {mixed(plain, section{content: "abc"}), "part_unmatched"},
		"XAPI-00129_part_missing":        {mixed(one), "attachment_data_missing"},
		"XAPI-00129_part_missing_json":   {call{method: "POST", path: statements, body: one}, "attachment_data_missing"},
		"XAPI-00130_boundary_not_there":  {with(mixed(one, section{content: "abc"}), func(c *call) { c.contentType = "multipart/mixed; boundary=other" }), "multipart_malformed"},
		"XAPI-00131_no_boundary":         {with(mixed(one, section{content: "abc"}), func(c *call) { c.contentType = "multipart/mixed" }), "multipart_boundary"},
		"XAPI-00132_no_hash":             {mixed(one, section{"abc", map[string]string{"X-Experience-API-Hash": "-"}}), "part_hash_missing"},
		"XAPI-00132_another_hash":        {mixed(one, section{"abd", map[string]string{"X-Experience-API-Hash": sha2("abc")}}), "part_hash_differs"},
		"XAPI-00132_no_such_hash":        {mixed(one, section{"abc", map[string]string{"X-Experience-API-Hash": "abc"}}), "part_hash_differs"},
		"XAPI-00133_statement_behind":    {sections(section{"abc", nil}, section{one, map[string]string{"Content-Type": "application/json"}}), "multipart_first_part"},
		"XAPI-00134_first_part_no_json":  {with(mixed(one, section{content: "abc"}), func(c *call) { c.body = strings.Replace(c.body, "application/json", "text/plain", 1) }), "multipart_first_part"},
		"XAPI-00135_no_encoding":         {mixed(one, section{"abc", map[string]string{"Content-Transfer-Encoding": "-"}}), "part_encoding"},
		"XAPI-00135_another_encoding":    {mixed(one, section{"abc", map[string]string{"Content-Transfer-Encoding": "base64"}}), "part_encoding"},
		"cut_off":                        {with(mixed(one, section{content: "abc"}), func(c *call) { c.body = c.body[:len(c.body)-30] }), "multipart_malformed"},
		"empty":                          {call{method: "POST", path: statements, body: "\r\n", contentType: "multipart/mixed; boundary=x"}, "multipart_malformed"},
		"XAPI-00326_second_of_the_batch": {mixed("["+statement(2, "")+","+one+"]", section{content: "abd"}), "attachment_data_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.refused(t, c.call, 400, c.error)
			if len(s.rows) != 0 {
				t.Error("something was stored")
			}
		})
	}
}

func TestMultipart_XAPI_00136_to_00138_00161_00167_thereAndBack(t *testing.T) {
	s := serve(t)
	wide := sha512.Sum512([]byte("wide"))
	whole := "[" + withAttachments(1, attachment(sha2("abc"), "")) + "," + withAttachments(2, attachment(sha2("abc"), ""), attachment(hex.EncodeToString(wide[:]), "")) +
		"," + withAttachments(3, attachment(sha2("elsewhere"), "https://files.example/3")) + "," + statement(4, "") + "]"
	got := s.do(t, mixed(whole, section{content: "abc"}, section{"wide", map[string]string{"X-Experience-API-Hash": hex.EncodeToString(wide[:])}}))
	if got.status != 200 {
		t.Fatal(got)
	}
	for path, want := range map[string][]string{
		statements + "?attachments=true":                      {sha2("abc"), hex.EncodeToString(wide[:])},
		statements + "?attachments=true&statementId=" + id(1): {sha2("abc")},
		statements + "?attachments=true&statementId=" + id(3): nil,
		statements + "?attachments=true&verb=a:nothing":       nil,
		statements + "?attachments=true&limit=1&format=ids":   nil,
	} {
		parts := s.do(t, call{path: path}).parts(t)
		if !strings.HasPrefix(parts[""], "{") || len(parts) != len(want)+1 {
			t.Errorf("%s: %v", path, parts)
		}
		for _, hash := range want {
			if parts[hash] != "abc" && parts[hash] != "wide" {
				t.Errorf("%s: %v", path, parts)
			}
		}
	}
	for _, more := range []string{"", "&attachments=false"} {
		got := s.do(t, call{path: statements + "?statementId=" + id(1) + more})
		if got.header.Get("Content-Type") != "application/json" || strings.Contains(got.body, "abc\r") {
			t.Error(got)
		}
	}
	if !slices.Contains([]int{200}, s.do(t, call{path: statements + "?attachments=true", method: http.MethodHead}).status) {
		t.Error("HEAD")
	}
}

func TestMultipart_morePagesKeepTheirForm(t *testing.T) {
	s := serve(t)
	for n := range 3 {
		if got := s.do(t, mixed(withAttachments(n, attachment(sha2(id(n)), "")), section{content: id(n)})); got.status != 200 {
			t.Fatal(got)
		}
	}
	path, seen := statements+"?attachments=true&limit=1&format=ids", 0
	for path != "" {
		parts := s.do(t, call{path: path}).parts(t)
		if strings.Contains(parts[""], `"ALL"`) || len(parts) != 2 {
			t.Error(parts)
		}
		seen++
		_, rest, _ := strings.Cut(parts[""], `"more":"`)
		path = strings.TrimSuffix(rest, `"}`)
	}
	if seen != 3 {
		t.Error("pages", seen)
	}
}

func TestMultipart_withoutData(t *testing.T) {
	for _, version := range []string{"1.0.3", "2.0.0"} {
		s := serve(t)
		for _, body := range []string{statement(1, ""), withAttachments(2, attachment(sha2("x"), "https://files.example/2"))} {
			c := mixed(body)
			c.version = version
			if got := s.do(t, c); got.status != 200 {
				t.Error(version, got)
			}
		}
	}
}

func TestMultipart_dataIsReadWithItsStatementOnly(t *testing.T) {
	s := serve(t)
	if got := s.do(t, mixed(withAttachments(1, attachment(sha2("secret"), "")), section{content: "secret"})); got.status != 200 {
		t.Fatal(got)
	}
	s.post(t, "mine", withAttachments(2, attachment(sha2("secret"), "https://files.example/guess")))
	if parts := s.do(t, call{path: statements + "?attachments=true", key: "mine"}).parts(t); len(parts) != 1 {
		t.Error("who names a hash reads what others sent:", parts)
	}
}

func TestMultipart_hashInCapitals(t *testing.T) {
	s := serve(t)
	hash := strings.ToUpper(sha2("abc"))
	if got := s.do(t, mixed(withAttachments(1, attachment(hash, "")), section{"abc", map[string]string{"X-Experience-API-Hash": hash}})); got.status != 200 {
		t.Fatal(got)
	}
	if parts := s.do(t, call{path: statements + "?attachments=true"}).parts(t); parts[hash] != "abc" {
		t.Error("the part is not named as the statement names it", parts)
	}
}

func TestMultipart_dataOfSubStatements(t *testing.T) {
	s := serve(t)
	sub := fmt.Sprintf(`{"id":%q,"actor":%s,"verb":{"id":"a:planned"},"object":{"objectType":"SubStatement","actor":%s,"verb":{"id":%q},"object":{"id":"a:x"},"attachments":[%s]}}`,
		id(1), annJSON, annJSON, xapi.VerbVoided[:len(xapi.VerbVoided)-1], attachment(sha2("abc"), ""))
	if got := s.do(t, mixed(sub, section{content: "abc"})); got.status != 200 {
		t.Fatal(got)
	}
	if parts := s.do(t, call{path: statements + "?attachments=true"}).parts(t); parts[sha2("abc")] != "abc" {
		t.Error(parts)
	}
}
