package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cairn/mapping"
)

// upload sends a file as a form of a person's session.
func (w *world) upload(t *testing.T, person, path, token string, data []byte) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("form", token); err != nil {
		t.Fatal(err)
	}
	file, err := form.CreateFormFile("file", "tags.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(data)
	_ = form.Close()
	r := httptest.NewRequest("POST", "/s/"+fixed("token of "+person)+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: cookie, Value: browserOf(person)})
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

const importPath = "/course/activities/import"

// TestTagsFromATable go to the draft; what is there already is left alone.
func TestTagsFromATable(t *testing.T) {
	w := newWorld(t)
	table := "activity,capability,min_score\n" + module("quiz", 2) + ",6.1-L1,\n" + module("quiz", 3) + ",6.1-L2,80\n" + module("page", 8) + ",2.1-L2,\nurn:uuid:0192f000-0000-7000-8000-000000000009,5-L1,\n"
	got := w.upload(t, "tove", importPath, macOf(token("tove")), []byte(table))
	if got.Code != http.StatusSeeOther || !strings.HasSuffix(got.Header().Get("Location"), "course/draft?imported=3&there=1#notice") || len(w.changes) != 1 {
		t.Fatalf("status %d to %s\n%s", got.Code, got.Header().Get("Location"), got.Body)
	}
	if edits := w.edits(); len(edits) != 4 || edits[1].Remove != "a4" || *edits[2].Add.Criterion.MinMilli != 800 {
		t.Errorf("%+v", edits)
	}
	checkSays(t, w.get("tove", "/course/draft?imported=3&there=1").Body.String(), []string{"3 tags were put into the draft.", "1 was there already.", "score 80 or more", "Changes in this draft (3)"}, nil)
	if again := w.upload(t, "tove", importPath, macOf(token("tove")), []byte(table)); again.Code != http.StatusSeeOther || len(w.edits()) != 4 {
		t.Errorf("sent again: %d, %+v", again.Code, w.edits())
	}
}

// TestTablesThatAreWrong are refused with each row that is, and nothing of them is taken.
func TestTablesThatAreWrong(t *testing.T) {
	w := newWorld(t)
	for name, tt := range map[string]struct {
		data string
		says []string
	}{
		"nothing":    {"", []string{"Choose a file with a table."}},
		"bad rows":   {"activity,capability\nno address,6.1-L1\n" + module("quiz", 2) + ",9.9-L9\n", []string{"2 things are wrong in the table. Nothing was taken from it.", "row 2", "row 3", "no capability is called"}},
		"no columns": {"a,b\n1,2\n", []string{"wrong in the table."}},
		"no text":    {"\xff\xfe", []string{"wrong in the table."}},
	} {
		got := w.upload(t, "tove", importPath, macOf(token("tove")), []byte(tt.data))
		if got.Code != http.StatusUnprocessableEntity || len(w.drafts) != 0 {
			t.Errorf("%s: status %d", name, got.Code)
		}
		checkMarkup(t, got.Body.String())
		checkSays(t, got.Body.String(), append(tt.says, `aria-invalid="true"`, "<title>Error: "), nil)
	}
	if got := w.upload(t, "tove", importPath, "forged", []byte("activity,capability\n")); got.Code != http.StatusForbidden {
		t.Errorf("without the token of the form: status %d", got.Code)
	}
	if got := w.upload(t, "tove", importPath, macOf(token("tove")), make([]byte, 3<<20)); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large file: status %d", got.Code)
	}
}

// TestTableOfTagsCanBeTakenInAgain: what is written is what is read.
func TestTableOfTagsCanBeTakenInAgain(t *testing.T) {
	w := newWorld(t)
	got := w.get("tove", "/course/tags.csv")
	body, marked := strings.CutPrefix(got.Body.String(), "\ufeff")
	if !marked || got.Header().Get("Content-Disposition") != "attachment; filename=tags.csv" || !strings.Contains(body, ",6.1-L2,") {
		t.Fatalf("%s", body)
	}
	own := 0
	for _, a := range w.aligned {
		if a.Scope.Kind == mapping.ScopeCourse {
			own++
		}
	}
	if rows := strings.Count(body, "\n") - 1; rows != own {
		t.Errorf("%d rows of %d tags", rows, own)
	}
	again := w.upload(t, "tove", importPath, macOf(token("tove")), got.Body.Bytes())
	if again.Code != http.StatusSeeOther || !strings.Contains(again.Header().Get("Location"), "imported=0") || len(w.drafts) != 0 {
		t.Errorf("status %d to %s, %+v\n%s", again.Code, again.Header().Get("Location"), w.edits(), again.Body)
	}
}
