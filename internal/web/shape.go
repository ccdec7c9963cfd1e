package web

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"cairn/mapping"
)

// look is how a state is drawn: a class for its colours and a shape of 16 by 16, so that colour is never alone (pages.md 2.1).
type look struct{ class, shape string }

var looks = map[mapping.State]look{
	mapping.NotStarted: {"s-none", `<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>`},
	mapping.InProgress: {"s-prog", `<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/>`},
	mapping.Evidenced:  {"s-evid", `<circle cx="8" cy="8" r="7" fill="currentColor"/><path class="tick" d="M4.5 8.3l2.4 2.4 4.6-5" fill="none" stroke-width="2"/>`},
	mapping.Expiring:   {"s-soon", `<path d="M8 2l7 12H1z" fill="currentColor"/>`},
	mapping.Expired:    {"s-gone", `<path d="M8 2l6 6-6 6-6-6z" fill="none" stroke="currentColor" stroke-width="2"/>`},
	mapping.Withdrawn:  {"s-wdrn", `<path d="M2.5 2.5h11v11h-11zM5 5l6 6M11 5l-6 6" fill="none" stroke="currentColor" stroke-width="2"/>`},
}

// shape draws a state without its word; the word always stands beside it.
func shape(state mapping.State) template.HTML {
	return template.HTML(`<svg class="shape" aria-hidden="true" width="16" height="16" viewBox="0 0 16 16">` + looks[state].shape + `</svg>`)
}

// chip is the status chip: shape and words (pages.md 2.2). It is never a link or a button.
func chip(state mapping.State, words string) template.HTML {
	return template.HTML(`<strong class="chip `+looks[state].class+`">`) + shape(state) +
		template.HTML(html.EscapeString(words)+`</strong>`)
}

// implied is the chip of what a higher level shows as evidenced too: its edge is dashed.
func implied(words string) template.HTML {
	return template.HTML(`<strong class="chip s-evid implied">`) + shape(mapping.Evidenced) + template.HTML(html.EscapeString(words)+`</strong>`)
}

// state is the chip of a state by its name alone.
func (t *tongue) state(name string) template.HTML {
	return chip(mapping.State(name), t.say("state."+name))
}

// tone is the class of a state's colour without its tint.
func tone(state mapping.State) string { return "t" + strings.TrimPrefix(looks[state].class, "s") }

// barWidth is the width of a count bar in its own units; the page stretches it.
const barWidth = 220

// bar draws counts as decoration beside the text that says them: evidenced full height, expiring full height with gaps, in
// progress half height.
func bar(t tally) template.HTML {
	var b strings.Builder
	b.WriteString(`<svg class="bar" aria-hidden="true" viewBox="0 0 220 12" preserveAspectRatio="none">`)
	if t.Tracked > 0 {
		x := 0
		sure, soon, begun := width(t.Evidenced-t.Expiring, t.Tracked), width(t.Expiring, t.Tracked), width(t.InProgress, t.Tracked)
		rect(&b, "b-evid", x, 0, sure, 12)
		for x = sure; x < sure+soon; x += 5 {
			rect(&b, "b-soon", x, 0, min(3, sure+soon-x), 12)
		}
		rect(&b, "b-prog", sure+soon, 6, begun, 6)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

func width(n, of int) int { return n * barWidth / of }

func rect(b *strings.Builder, class string, x, y, w, h int) {
	if w > 0 {
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d"/>`, class, x, y, w, h)
	}
}
