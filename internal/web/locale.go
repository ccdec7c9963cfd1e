package web

import (
	"html"
	"html/template"
	"strconv"
	"sync"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// tongue is one language that pages speak: its words, how it writes numbers, and the templates that say them.
type tongue struct {
	tag       language.Tag
	texts     catalogue
	numbers   *message.Printer
	templates func() map[string]*template.Template // by file name, without its ending; read when the first page is shown in it
}

// locale is how one visit is spoken to: in a language, with the times of a zone.
type locale struct {
	*tongue
	zone *time.Location
	now  func() time.Time
}

// tongues are the languages there are text files for. The first is spoken where no other fits.
var tongues = []*tongue{newTongue(language.BritishEnglish, "en"), newTongue(language.MustParse("cy"), "cy")}

// frameworkLang is the language of frameworks' own words: they do not tell it, and those there are speak English.
const frameworkLang = "en"

var tongueMatcher = newTongueMatcher()

func newTongueMatcher() language.Matcher {
	tags := make([]language.Tag, len(tongues))
	for i, t := range tongues {
		tags[i] = t.tag
	}
	return language.NewMatcher(tags)
}

// newTongue reads the text file of a language. What does not parse stops the program at its start. The templates, some megabytes a
// language, wait for who speaks it.
func newTongue(tag language.Tag, file string) *tongue {
	text, err := textFiles.ReadFile("text/" + file + ".txt")
	if err != nil {
		panic(err) // the file is part of the program
	}
	t := &tongue{tag: tag, texts: mustCatalogue(string(text)), numbers: message.NewPrinter(tag)}
	t.templates = sync.OnceValue(t.parseTemplates)
	return t
}

// localeFor answers the language that fits best what a launch told (LTI Core 1.3, 5.4.4), or what a browser likes
// (Accept-Language) while nothing is launched.
func (s *site) localeFor(wish string) locale {
	_, i := language.MatchStrings(tongueMatcher, wish)
	return locale{s.tongues[i], s.Zone, s.Now}
}

// lang is the language as markup names it.
func (t *tongue) lang() string {
	base, _ := t.tag.Base()
	return base.String()
}

// foreignAttr is what an element with a framework's words says of their language, for templates.
func (t *tongue) foreignAttr() template.HTMLAttr {
	if lang := t.foreign(); lang != "" {
		return template.HTMLAttr(` lang="` + lang + `"`)
	}
	return ""
}

// foreign is the language of a framework's words where it is not the page's, "" where it is.
func (t *tongue) foreign() string {
	if t.lang() == frameworkLang {
		return ""
	}
	return frameworkLang
}

// inForeign marks words of a framework in a sentence of the page's language.
func (t *tongue) inForeign(words string) template.HTML {
	words = html.EscapeString(words)
	if t.foreign() == "" {
		return template.HTML(words)
	}
	return template.HTML(`<span lang="` + t.foreign() + `">` + words + `</span>`)
}

// number writes a whole number as the language does. Small ones have nothing to group, and are most of a page's.
func (t *tongue) number(n int) string {
	if n >= 0 && n < 1000 {
		return strconv.Itoa(n)
	}
	return t.numbers.Sprint(number.Decimal(n))
}

// milli writes a score kept in thousandths as points out of 100: 820 is "82", 825 is "82.5".
func (t *tongue) milli(n int) string {
	return t.numbers.Sprint(number.Decimal(float64(n)/10, number.MaxFractionDigits(1)))
}
