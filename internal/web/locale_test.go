package web_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// speaking has a person's launch tell a locale.
func speaking(w *world, person, locale string) {
	s := w.sessions[hash(token(person))]
	s.Locale = locale
	w.sessions[s.Hash] = s
}

// TestLanguageOfAPage holds that the launch's locale chooses, and English is spoken where there is no other.
func TestLanguageOfAPage(t *testing.T) {
	for locale, want := range map[string]string{
		"": "en", "en": "en", "en-US": "en", "en_GB": "en", "fr": "en", "zz-nonsense-": "en", "cy": "cy", "cy-GB": "cy", "cy_GB": "cy", "CY": "cy",
	} {
		w := newWorld(t)
		speaking(w, "amara", locale)
		if body := w.get("amara", "/me").Body.String(); !strings.Contains(body, `<html lang="`+want+`"`) {
			t.Errorf("%q speaks %.60q, want %s", locale, body, want)
		}
	}
}

// Before there is a launch, the browser's wish is all that is known.
func TestLanguageBeforeALaunch(t *testing.T) {
	for wish, want := range map[string]string{"": "en", "cy, en;q=0.5": "cy", "de, en;q=0.5": "en", "en, cy;q=0.5": "en", "\x00": "en"} {
		w := newWorld(t)
		if body := w.call("GET", "/s/"+token("nobody")+"/me", "", nil, "Accept-Language", wish).Body.String(); !strings.Contains(body, `<html lang="`+want+`"`) {
			t.Errorf("%q is answered in %.60q", wish, body)
		}
	}
}

// TestPagesInWelsh reads words, dates, plural forms, and marks what stays English.
func TestPagesInWelsh(t *testing.T) {
	w := newWorld(t)
	visitedLong(w)
	speaking(w, "amara", "cy")
	checkSays(t, w.get("amara", "/me").Body.String(), []string{
		"<h1>Fy ngalluoedd</h1>", "Ers 2 Mai 2026: 1 newydd ar y gweill", "Yn gyfredol hyd at 2:32yp.", `<span lang="en">AI and Digital Healthcare Technologies Capability Framework</span>, yn y cwrs`,
		`lang="en">6 Artificial Intelligence (AI)</a>`, ">Gwedd</a>",
	}, []string{"Overview", " evidenced"})
	checkSays(t, w.get("amara", "/me/list?state=evidenced&node="+w.capability6()).Body.String(), []string{"<h2>2 allu</h2>"}, nil)
	checkSays(t, w.get("amara", "/me/list?state=evidenced").Body.String(), []string{"<h2>3 gallu</h2>"}, nil)
	six1, _ := w.cat.ByCode("6.1")
	checkSays(t, w.get("amara", "/me/section/"+six1.ID).Body.String(), []string{
		`<h1 lang="en">6.1 Machine learning and natural language processing</h1>`, "6.1, lefel 2", "Angen 2 weithgaredd arall", `<span lang="en">6 Artificial Intelligence (AI)</span>`}, nil)
	checkSays(t, w.get("amara", "/me/capability/"+w.capability("2.1-L2")).Body.String(), []string{"Tynnwyd yn ôl 2 Mai 2026", "Pam y statws hwn"}, nil)
	checkSays(t, w.get("amara", "/me/record").Body.String(), []string{"Nid yw hyn yn dystysgrif cymhwysedd.", "82.5 allan o 100"}, nil)
}

// TestEveryPageInWelsh holds for a second language what TestPagesAreWellFormed holds for the first.
func TestEveryPageInWelsh(t *testing.T) {
	w := newWorld(t)
	for name, p := range everyPage(w) {
		t.Run(name, func(t *testing.T) {
			speaking(w, p[0], "cy")
			body := w.get(p[0], p[1]).Body.String()
			checkMarkup(t, body)
			if !strings.Contains(body, `<html lang="cy"`) && p[0] != "late" {
				t.Errorf("not in Welsh: %.200s", body)
			}
			for _, fault := range []string{"{{", "{n}", "{date}", "{have}", "went wrong"} {
				if strings.Contains(body, fault) {
					t.Errorf("the page holds %q", fault)
				}
			}
		})
	}
}

var (
	templateAction = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	halfTag        = regexp.MustCompile(`[a-z-]+="[^"]*"`) // attributes of a tag that actions took apart
	anyWord        = regexp.MustCompile(`\pL{2,}`)
	spokenLiteral  = regexp.MustCompile(`"[A-Z][a-z']+(?: [a-z']+){2,}[^"]*"`)
	faultLiteral   = regexp.MustCompile(`Errorf|errors\.New|panic\(`)
)

// TestTemplatesHoldNoWords holds that what people read comes from the text files alone: no words between tags, nor in the attributes
// that are read out.
func TestTemplatesHoldNoWords(t *testing.T) {
	files, err := filepath.Glob("templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(templateAction.ReplaceAllString(string(source), "x")))
		d.Strict, d.Entity = false, xml.HTMLEntity
		for {
			token, err := d.RawToken()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				break // actions may leave half a tag; what stands before it was read
			}
			switch e := token.(type) {
			case xml.CharData:
				if word := anyWord.FindString(strings.ReplaceAll(halfTag.ReplaceAllString(string(e), ""), "x", "")); word != "" && word != "Cairn" {
					t.Errorf("%s says %q by itself", name, strings.TrimSpace(string(e)))
				}
			case xml.StartElement:
				for _, a := range e.Attr {
					if spoken := a.Name.Local; (spoken == "aria-label" || spoken == "title" || spoken == "alt" || spoken == "placeholder") && anyWord.MatchString(strings.ReplaceAll(a.Value, "x", "")) {
						t.Errorf("%s: %s=%q", name, spoken, a.Value)
					}
				}
			}
		}
	}
}

// TestCodeHoldsNoSentences holds the same for Go: whole sentences are for faults of the program alone.
func TestCodeHoldsNoSentences(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for i, line := range strings.Split(string(source), "\n") {
			code, _, _ := strings.Cut(line, "// ")
			if spokenLiteral.MatchString(code) && !faultLiteral.MatchString(code) {
				t.Errorf("%s:%d says %s", name, i+1, spokenLiteral.FindString(code))
			}
		}
	}
}
