package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cairn/mapping"
)

// operatorBrowser is a browser that entered the administration by a link from the command line.
type operatorBrowser struct {
	*testing.T
	root   string // of the session, with a slash at its end
	cookie *http.Cookie
	client *http.Client
}

// enterAdmin makes a link at the command line and enters by it.
func enterAdmin(t *testing.T, env []string, base string) *operatorBrowser {
	t.Helper()
	var made struct{ URL string }
	succeed(t, env, &made, "admin", "link")
	link, err := url.Parse(made.URL)
	if err != nil || link.Path != "/admin/enter" {
		t.Fatalf("the link is %q", made.URL)
	}
	b := &operatorBrowser{T: t, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if door := fetch(t, http.MethodGet, base+link.RequestURI(), nil); door.status != http.StatusOK || !strings.Contains(door.body, "It works once") {
		t.Fatalf("the link opens %d\n%s", door.status, door.body)
	}
	answer := b.send(http.MethodPost, base+"/admin/enter", url.Values{"code": {link.Query().Get("code")}})
	to := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || len(answer.Cookies()) != 1 {
		t.Fatalf("entering answers %d", answer.StatusCode)
	}
	b.cookie, b.root = answer.Cookies()[0], base+strings.TrimSuffix(strings.TrimPrefix(to, ".."), "admin#c")
	if again := b.send(http.MethodPost, base+"/admin/enter", url.Values{"code": {link.Query().Get("code")}}); again.StatusCode != http.StatusForbidden {
		t.Errorf("the link works twice: %d", again.StatusCode)
	}
	return b
}

func (b *operatorBrowser) send(method, address string, form url.Values) *http.Response {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func TestOperatorEntersByALinkFromTheCommandLine(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	p := serve(t, env)
	b := enterAdmin(t, env, p.base)
	if got := b.send(http.MethodGet, b.root+"admin", nil); got.StatusCode != http.StatusOK {
		t.Errorf("the administration answers %d", got.StatusCode)
	}
	b.cookie = nil
	if got := b.send(http.MethodGet, b.root+"admin", nil); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("without its cookie it answers %d", got.StatusCode)
	}
	if r := command(t, env, "admin", "link", "--expires", (48 * time.Hour).String()); r.code != exitUsage {
		t.Errorf("a link for two days ended with %d", r.code)
	}
}

var (
	formValue   = regexp.MustCompile(`name="form" value="([^"]+)"`)
	secretValue = regexp.MustCompile(`id="(key|secret)" value="([^"]+)"`)
)

// open reads a page of the administration.
func (b *operatorBrowser) open(path string) string {
	b.Helper()
	answer := b.send(http.MethodGet, b.root+path, nil)
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("%s answers %d, %v\n%s", path, answer.StatusCode, err, text)
	}
	return string(text)
}

// submit posts a form of a page, and answers the status with what came.
func (b *operatorBrowser) submit(page, path string, form url.Values) (int, string) {
	b.Helper()
	found := formValue.FindStringSubmatch(b.open(page))
	if found == nil {
		b.Fatalf("%s has no form", page)
	}
	form.Set("form", found[1])
	answer := b.send(http.MethodPost, b.root+path, form)
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// upload posts a file by a form of a page.
func (b *operatorBrowser) upload(path string, data []byte, fields map[string]string) (int, string) {
	b.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("form", formValue.FindStringSubmatch(b.open(path))[1])
	for name, value := range fields {
		_ = form.WriteField(name, value)
	}
	file, err := form.CreateFormFile("file", "own.csv")
	if err != nil {
		b.Fatal(err)
	}
	_, _ = file.Write(data)
	_ = form.Close()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.root+path, &body)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(b.cookie)
	answer, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// A key that was made on the page works at the record store, and ends there.
func TestOperatorMakesRenewsAndEndsAKey(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	p := serve(t, env)
	b := enterAdmin(t, env, p.base)
	works := func(c credential) int {
		t.Helper()
		status, _, err := c.xapi(t.Context(), http.MethodGet, p.base+"/xapi/statements", nil)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	read := func(page string) (c credential) {
		t.Helper()
		for _, m := range secretValue.FindAllStringSubmatch(page, -1) {
			if m[1] == "key" {
				c.Key = m[2]
			} else {
				c.Secret = m[2]
			}
		}
		return c
	}
	status, page := b.submit("admin/access/key", "admin/access/key", url.Values{"name": {"Reports"}, "scope": {"statements/read"}})
	first := read(page)
	if status != http.StatusOK || works(first) != http.StatusOK {
		t.Fatalf("making it answers %d; it works: %d", status, works(first))
	}
	at := "admin/access/keys/" + first.Key
	status, page = b.submit(at, at+"/renew", url.Values{"keep": {"none"}})
	second := read(page)
	if status != http.StatusOK || works(second) != http.StatusOK || works(first) != http.StatusUnauthorized {
		t.Errorf("renewing it answers %d; the new one %d, the old one %d", status, works(second), works(first))
	}
	if status, _ := b.submit(at, at+"/end", url.Values{}); status != http.StatusSeeOther || works(second) != http.StatusUnauthorized {
		t.Errorf("ending it answers %d; it works: %d", status, works(second))
	}
}

// A forward that was made on the page sends, is tested, paused and caught up.
func TestOperatorForwardsToAnotherRecordStore(t *testing.T) {
	here, there := environment(t, "CAIRN_BASE_URL=https://cairn.example", "CAIRN_ALLOW_PRIVATE_HOST=127.0.0.1"), environment(t)
	target, into := serve(t, there), newCredential(t, there)
	from := newCredential(t, here)
	p := serve(t, here)
	if status, body, err := from.post(t.Context(), p.base, []byte(statement("00000000-0000-4000-8000-000000000001", "1", "https://lms.example/a"))); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	b := enterAdmin(t, here, p.base)
	status, page := b.submit("admin/access/forward", "admin/access/forward", url.Values{"name": {"There"}, "endpoint": {target.base + "/xapi"}, "key": {into.Key}, "secret": {into.Secret}, "from": {"start"}})
	if status != http.StatusSeeOther {
		t.Fatalf("making it answers %d\n%s", status, page)
	}
	eventually(t, "the record is there", func() bool {
		status, _, err := into.xapi(t.Context(), http.MethodGet, target.base+"/xapi/statements?statementId=00000000-0000-4000-8000-000000000001", nil)
		return err == nil && status == http.StatusOK
	})
	var all []struct {
		ID, State string
		Position  int64
	}
	succeed(t, here, &all, "forward", "list")
	at, sent := "admin/access/forwards/"+all[0].ID, all[0].Position
	b.submit(at, at+"/test", url.Values{})
	if page := b.open(at); !strings.Contains(page, "it speaks xAPI") || strings.Contains(page, into.Secret) {
		t.Errorf("after the test the page says\n%s", page)
	}
	b.submit(at, at+"/pause", url.Values{})
	today := time.Now().AddDate(0, 0, -1)
	b.submit(at, at+"/from", url.Values{"day": {fmt.Sprint(today.Day())}, "month": {fmt.Sprint(int(today.Month()))}, "year": {fmt.Sprint(today.Year())}})
	succeed(t, here, &all, "forward", "list")
	if all[0].State != "paused" || all[0].Position >= sent {
		t.Errorf("paused and caught up it is %+v", all[0])
	}
	b.submit(at, at+"/resume", url.Values{})
	eventually(t, "it has caught up", func() bool {
		succeed(t, here, &all, "forward", "list")
		return all[0].Position >= sent
	})
}

// A person is found, told and erased on the page, as at the command line; who comes again is refused.
func TestOperatorAnswersAPersonsRequest(t *testing.T) {
	w := newPersonWorld(t)
	w.launch(zuzana)
	w.record(1, w.person(), "")
	env := append(w.env, "CAIRN_BASE_URL=https://cairn.example")
	b := enterAdmin(t, env, w.p.base)
	found := url.Values{"by": {w.lms.Issuer()}, "id": {zuzana}, "form": {formValue.FindStringSubmatch(b.open("admin/people"))[1]}}
	to := b.send(http.MethodPost, b.root+"admin/people", found).Header.Get("Location")
	at := strings.TrimSuffix(strings.TrimPrefix(to, "../"), "#c")
	if !strings.HasPrefix(at, "admin/people/") || strings.Contains(at, zuzana) {
		t.Fatalf("finding her leads to %q", to)
	}
	if page := b.open(at); !strings.Contains(page, "1 record about the person") || strings.Contains(page, zuzana) || strings.Contains(page, zuzanaSur) {
		t.Errorf("what is kept is told as\n%s", page)
	}
	if file := b.open(at + "/data.jsonl"); !strings.Contains(file, zuzanaSur) || !strings.Contains(file, `"kind":"statement"`) {
		t.Errorf("the file holds\n%s", file)
	}
	if status, page := b.submit(at+"/erase", at+"/erase", url.Values{"word": {"ERASE"}, "reason": {"asked by " + zuzana}}); status != http.StatusUnprocessableEntity || !w.has(1) {
		t.Errorf("a reason that says who answers %d\n%s", status, page)
	}
	if status, _ := b.submit(at+"/erase", at+"/erase", url.Values{"word": {"ERASE"}, "reason": {"ticket 12"}}); status != http.StatusSeeOther || w.has(1) {
		t.Errorf("erasing answers %d; her record is there: %v", status, w.has(1))
	}
	if page := b.open("admin/people?erased=1"); !strings.Contains(page, "ticket 12") {
		t.Errorf("the log says\n%s", page)
	}
	if status, page := b.submit("admin/people", "admin/people", url.Values{"by": {w.lms.Issuer()}, "id": {zuzana}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Erased on") {
		t.Errorf("looking again answers %d\n%s", status, page)
	}
}

// A file becomes a draft that is looked at and published on the page, and what is published is retired and taken back into use.
func TestOperatorPublishesAndRetiresAVersion(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	p := serve(t, env)
	b := enterAdmin(t, env, p.base)
	file := filepath.Join(t.TempDir(), "own.json")
	succeed(t, env, nil, "framework", "export", mapping.Builtin().ID, "--format", "csv", "-o", file)
	if status, page := b.upload("admin/frameworks/import", []byte("kind,code\nsection,1\n"), nil); status != http.StatusUnprocessableEntity || !strings.Contains(page, "wrong in this file. Nothing was saved.") {
		t.Errorf("a bad file answers %d\n%s", status, page)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if status, page := b.upload("admin/frameworks/import", text, map[string]string{"id": mapping.Builtin().ID, "release": "next"}); status != http.StatusSeeOther {
		t.Fatalf("importing answers %d\n%s", status, page)
	}
	at := "admin/frameworks/version?" + url.Values{"id": {mapping.Builtin().ID}, "version": {"next"}}.Encode()
	if page := b.open(at); !strings.Contains(page, "Draft") || !strings.Contains(page, "0 items are added.") || !strings.Contains(page, "Kept:") {
		t.Errorf("the draft is shown as\n%s", page)
	}
	version := func(do string) url.Values {
		return url.Values{"id": {mapping.Builtin().ID}, "version": {"next"}, "do": {do}, "reason": {"tried"}}
	}
	for _, step := range []struct{ do, state string }{{"publish", "published"}, {"retire", "retired"}, {"again", "published"}} {
		if status, page := b.submit(at, "admin/frameworks/version", version(step.do)); status != http.StatusSeeOther {
			t.Fatalf("%s answers %d\n%s", step.do, status, page)
		}
		var all []struct{ Version, State string }
		succeed(t, env, &all, "framework", "list")
		if last := all[len(all)-1]; last.Version != "next" || last.State != step.state {
			t.Errorf("after %s it is %+v", step.do, last)
		}
	}
}
