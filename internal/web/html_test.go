package web_test

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cairn/mapping"
)

// everyPage is each page that can be read, by whom.
func everyPage(w *world) map[string][2]string {
	six1, _ := w.cat.ByCode("6.1")
	out := map[string][2]string{
		"overview": {"amara", "/me"}, "empty": {"ben", "/me"}, "anonymous": {"anonymous", "/me"}, "preview": {"tove", "/me"},
		"list": {"amara", "/me/list?state=not_started&level=2"}, "long list": {"amara", "/me/list?page=2"},
		"section": {"amara", "/me/section/" + six1.ID}, "domain": {"amara", "/me/section/" + w.capability6()},
		"capability": {"amara", "/me/capability/" + w.capability("6.1-L2")}, "rate": {"amara", w.six1() + "/2"}, "rate done": {"amara", w.six1() + "/done"}, "rate preview": {"tove", w.six1() + "/1"}, "another date": {"amara", "/me/capability/" + w.capability("6.1-L2") + "?at=2026-05-04"},
		"no date": {"amara", "/me/capability/" + w.capability("6.1-L2") + "?day=x&month=5&year=2026"}, "withdrawn": {"amara", "/me/capability/" + w.capability("2.1-L2")},
		"activities": {"tove", "/course/activities"}, "bare": {"tove", "/course/activities?show=untagged"},
		"saved": {"tove", "/course/activities?added=1&removed=2&late=1&of=" + codeOf(module("quiz", 2))},
		"tag":   {"tove", tagPath(module("quiz", 2))}, "wider": {"tove", tagPath(module("page", 8))},
		"activity": {"amara", "/activity/word"}, "activity by record": {"amara", "/activity/record"}, "activity preview": {"tove", "/activity/time"},
		"pick 1": {"picker", "/pick/1"}, "pick 2": {"picker", "/pick/2?what=progress"}, "pick 2, activity": {"picker", "/pick/2?what=activity&tag=" + w.capability("6.1-L1")},
		"pick 3": {"picker", "/pick/3?what=progress&name=X&grade=1"}, "pick nothing": {"files", "/pick/1"},
		"diagnosis": {"admin", "/admin/diagnosis?checked=1"},
		"review":    {"reviewer", "/course/review"}, "review why": {"reviewer", "/course/review/capability/" + w.capability("6.1-L2")},
		"people": {"tove", "/course/people"}, "people by section": {"tove", "/course/people?cols=" + w.capability6()}, "totals": {"tove", "/course/people?view=totals"}, "person": {"tove", person("amara")}, "person list": {"tove", person("amara") + "/list?state=evidenced"},
		"person section": {"tove", person("amara") + "/section/" + six1.ID}, "person why": {"tove", person("amara") + "/capability/" + w.capability("6.1-L2")},
		"nameless": {"tove", "/course/activities?show=nameless&sort=seen&named=1"}, "name": {"tove", "/course/activities/" + codeOf(module("scorm", 7)) + "/name"},
		"prefix": {"tove", "/course/tags/activity/" + codeOf("prefix "+lms+"/mod/quiz/") + "?prefix=1&address=" + lms + "/mod/quiz/"},
		"gaps":   {"tove", "/course/gaps"}, "gaps of a domain": {"tove", "/course/gaps?node=" + w.capability6()}, "import": {"tove", "/course/activities/import"}, "imported": {"tove", "/course/draft?imported=3&there=1"},
		"expiring": {"tove", "/course/expiring"}, "endorse": {"tove", person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse"},
		"gaps list": {"tove", "/course/gaps/list?gap=activity"},
		"coverage":  {"tove", "/course/coverage"}, "coverage by activity": {"tove", "/course/coverage?by=activity&level=1"},
		"coverage list": {"tove", "/course/coverage/list?has=none"},
		"start":         {"new", "/me/start"}, "start again": {"amara", "/me/start"}, "start preview": {"tove", "/me/start"}, "for a role": {"amara", "/me?role=U"},
		"section for a role": {"amara", "/me/section/" + six1.ID + "?role=S+U"}, "list for a role": {"amara", "/me/list?role=U"},
		"record": {"amara", "/me/record"}, "empty record": {"ben", "/me/record"}, "record of a day": {"amara", "/me/record?at=2026-05-02"}, "record of no day": {"amara", "/me/record?day=x&month=1&year=2"},
		"next": {"amara", "/me/next"}, "next of all": {"ben", "/me/next?from=all&level=2"}, "next anonymous": {"anonymous", "/me/next"},
		"changes": {"amara", "/me/changes"}, "no changes": {"ben", "/me/changes"}, "changes since nonsense": {"amara", "/me/changes?day=x&month=5&year=2026"},
		"help": {"amara", "/help"}, "privacy": {"amara", "/privacy"}, "accessibility": {"tove", "/accessibility"}, "display": {"amara", "/display?saved=1"},
		"copy":    {"copier", "/course/activities"},
		"history": {"tove", "/course/history"}, "forbidden": {"amara", "/course/history"}, "expired": {"late", "/me"},
	}
	maps.Copy(out, adminPages())
	return out
}

// TestPagesAreWellFormed checks what every page must hold: whole markup, one h1, ids once, nothing inline, links that scroll back
// up, and no word that certifies.
func TestPagesAreWellFormed(t *testing.T) {
	w := newWorld(t)
	for name, p := range everyPage(w) {
		t.Run(name, func(t *testing.T) {
			body := w.get(p[0], p[1]).Body.String()
			checkMarkup(t, body)
			if n := strings.Count(body, "<h1"); n != 1 {
				t.Errorf("%d h1", n)
			}
			body = strings.ReplaceAll(body, "This is not a certificate of competence.", "") // the one sentence that may use these words
			for _, word := range []string{" style=", "onclick", "javascript:", "ZgotmplZ", "{{", "<no value>", "competent", "certif", "master", "%"} {
				if strings.Contains(strings.ToLower(body), strings.ToLower(word)) {
					t.Errorf("the page holds %q", word)
				}
			}
			if len(body) > 100<<10 {
				t.Errorf("the page is %d bytes", len(body))
			}
		})
	}
}

var voidElements = []string{"meta", "link", "input", "br"}

func checkMarkup(t *testing.T, body string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(body))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var open []string
	ids := map[string]bool{}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("markup: %v\n%s", err, body)
		}
		switch e := token.(type) {
		case xml.StartElement:
			checkAttributes(t, e, ids)
			if !slices.Contains(voidElements, e.Name.Local) {
				open = append(open, e.Name.Local)
			}
		case xml.EndElement:
			if slices.Contains(voidElements, e.Name.Local) {
				continue // a decoder that is not strict closes these itself
			}
			if len(open) == 0 || open[len(open)-1] != e.Name.Local {
				t.Fatalf("</%s> closes %v\n%s", e.Name.Local, open, body)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
}

func checkAttributes(t *testing.T, e xml.StartElement, ids map[string]bool) {
	t.Helper()
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "id":
			if ids[a.Value] {
				t.Errorf("id %s stands twice", a.Value)
			}
			ids[a.Value] = true
		case "href", "action":
			own := !strings.Contains(a.Value, "://") && e.Name.Local != "link"
			if own && !strings.Contains(a.Value, "#") {
				t.Errorf("<%s %s=%q> does not scroll back up", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
}

var (
	templateKey = regexp.MustCompile(`\{\{t "([^"]+)"`)
	codeKey     = regexp.MustCompile(`say(?:HTML)?\("([^"]+)"`)
	refusalText = regexp.MustCompile(`refuse\(http\.\w+, "[^"]+", "([^"]+)"\)`)
	textKey     = regexp.MustCompile(`(?m)^([a-z_.0-9]+)(?: \[\w+\])? = `)
)

// TestTextFileIsWhole holds that every text asked for is there, and every text there is asked for.
func TestTextFileIsWhole(t *testing.T) {
	text, err := os.ReadFile("text/en.txt")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, m := range textKey.FindAllStringSubmatch(string(text), -1) {
		there[m[1]] = false
	}
	var families []string
	files, _ := filepath.Glob("templates/*.html")
	code, _ := filepath.Glob("*.go")
	for _, name := range append(files, code...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range refusalText.FindAllStringSubmatch(string(source), -1) {
			for _, part := range []string{"title", "what", "do"} {
				if _, ok := there["problem."+m[1]+"."+part]; !ok {
					t.Errorf("%s refuses with %q, which has no %s", name, m[1], part)
				}
			}
		}
		for _, m := range append(templateKey.FindAllStringSubmatch(string(source), -1), codeKey.FindAllStringSubmatch(string(source), -1)...) {
			if strings.HasSuffix(m[1], ".") {
				families = append(families, m[1]) // the rest of the key is a state, a reason, a cause
				continue
			}
			if _, ok := there[m[1]]; !ok && name != "text.go" {
				t.Errorf("%s asks for %q, which is not in the text file", name, m[1])
			}
			there[m[1]] = true
		}
	}
	for _, r := range mapping.Reasons() {
		families = append(families, "reason."+string(r))
	}
	for _, f := range families {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(there)), func(key string) bool { return strings.HasPrefix(key, f) }) {
			t.Errorf("no text begins with %q", f)
		}
	}
	for key, used := range there {
		if !used && !slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(key, f) }) && !strings.HasPrefix(key, "problem.") {
			t.Errorf("nothing asks for %q", key)
		}
	}
}
