package web

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"

	"cairn/mapping"
)

// The shape of a record (pages.md 4.3): from 3 to 8 spokes, the outer ring being all that is tracked there.
const (
	radarFewest = 3
	radarMost   = 8
	radarWide   = 320
	radarHigh   = 300
	radarRing   = 110 // units from the middle to the outer ring
	radarRings  = 4
	radarLabel  = 18 // units from the outer ring to the middle of a label
)

// radarBody is the shape with the words that say the same.
type radarBody struct {
	SVG     template.HTML
	Caption string
	Key     []string
}

// spoke is one part of the framework in a shape: n of all that is tracked there, and nothing where it is void.
type spoke struct {
	label, name string
	n, of       int
	void        bool
}

// share is how far along the spoke its figure lies.
func (s spoke) share() float64 { return float64(s.n) / float64(max(s.of, 1)) }

// radarOf draws what has evidence in the rows of the overview; nil where they are too few or too many for a shape.
func radarOf(l locale, rows []nodeRow) *radarBody {
	spokes, codes := spokesOf(rows)
	if spokes == nil {
		return nil
	}
	b := &radarBody{Caption: l.say("radar.caption")}
	for i, row := range rows {
		spokes[i].n, spokes[i].void = row.Tally.Evidenced, row.Tally.Tracked == 0
		name := l.spokeName(spokes[i], codes)
		if spokes[i].void {
			b.Key = append(b.Key, l.say("radar.untracked", "domain", name))
		} else {
			b.Key = append(b.Key, l.say("radar.key", "domain", name, "have", row.Tally.Evidenced, "of", row.Tally.Tracked))
		}
	}
	words := l.say("radar.nothing")
	if most, least := extremes(spokes); most >= 0 && spokes[most].n > 0 {
		words = l.say("radar.desc", "most", spokes[most].name, "least", spokes[least].name)
	}
	b.SVG = drawShape("radar", l.say("radar.title"), words, spokes)
	return b
}

// needRadarOf draws what the learner said to need in the same parts: a shape of its own, since what there is and what is needed are two
// tracks (pages.md 4.3). Nil where nothing is said, too.
func needRadarOf(l locale, r *record, rows []nodeRow, parts []mapping.Node) *radarBody {
	spokes, codes := spokesOf(rows)
	if spokes == nil {
		return nil
	}
	b, said, all := &radarBody{}, 0, 0
	for i, part := range parts {
		rated := 0
		for _, n := range r.tracked(part.ID) {
			switch r.ratings[n.ID].Needed {
			case mapping.RatingNone:
				continue
			case mapping.RatingNotNeeded:
			default:
				spokes[i].n++
			}
			rated++
		}
		spokes[i].void = rated == 0
		said, all = said+rated, all+spokes[i].of
		b.Key = append(b.Key, l.say("radar.needkey", "domain", l.spokeName(spokes[i], codes), "need", spokes[i].n, "n", rated, "of", spokes[i].of))
	}
	if said == 0 {
		return nil
	}
	b.Caption = l.say("radar.needcaption", "n", said, "of", all)
	most, least := extremes(spokes)
	b.SVG = drawShape("need", l.say("radar.needtitle"), l.say("radar.needdesc", "most", spokes[most].name, "least", spokes[least].name), spokes)
	return b
}

// spokesOf makes a spoke of each row, nil where they are too few or too many. codes says whether the labels are what names begin with.
func spokesOf(rows []nodeRow) (out []spoke, codes bool) {
	if len(rows) < radarFewest || len(rows) > radarMost {
		return nil, false
	}
	labels, codes := spokeLabels(rows)
	for i, row := range rows {
		out = append(out, spoke{label: labels[i], name: row.Name, of: row.Tally.Tracked})
	}
	return out, codes
}

// spokeName is the name of a part with the label of its spoke.
func (l locale) spokeName(s spoke, codes bool) string {
	if codes {
		return s.name
	}
	return l.say("radar.spoke", "spoke", s.label, "domain", s.name)
}

// extremes are the spokes with most and least, -1 where all are void.
func extremes(spokes []spoke) (most, least int) {
	most, least = -1, -1
	for i, s := range spokes {
		if s.void {
			continue
		}
		if most < 0 || s.share() > spokes[most].share() {
			most = i
		}
		if least < 0 || s.share() < spokes[least].share() {
			least = i
		}
	}
	return most, least
}

// drawShape draws spokes with their figures. words say in one sentence what is to be seen; id begins the ids of the drawing.
func drawShape(id, title, words string, spokes []spoke) template.HTML {
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg class="radar %[1]s-shape" role="img" aria-labelledby="%[1]s-title %[1]s-desc" viewBox="0 0 %[2]d %[3]d"><title id="%[1]s-title">%[4]s</title><desc id="%[1]s-desc">%[5]s</desc>`,
		id, radarWide, radarHigh, html.EscapeString(title), html.EscapeString(words))
	drawRings(&svg, len(spokes))
	drawSpokes(&svg, spokes)
	drawLine(&svg, spokes)
	svg.WriteString(`</svg>`)
	return template.HTML(svg.String())
}

// maxSpokeLabel is how long a code may be that labels a spoke, in bytes.
const maxSpokeLabel = 3

// spokeLabels are the codes of the rows, which their names begin with; numbers where a code is missing or long.
func spokeLabels(rows []nodeRow) (labels []string, codes bool) {
	codes = true
	for i, row := range rows {
		codes = codes && row.Code != "" && len(row.Code) <= maxSpokeLabel
		labels = append(labels, strconv.Itoa(i+1))
	}
	for i, row := range rows {
		if codes {
			labels[i] = row.Code
		}
	}
	return labels, codes
}

// spokeAt is the point on a spoke at a distance from the middle; the first spoke points up, the others follow clockwise.
func spokeAt(i, of int, distance float64) string {
	turn := 2 * math.Pi * float64(i) / float64(of)
	return fmt.Sprintf("%.1f,%.1f", radarWide/2+distance*math.Sin(turn), radarHigh/2-distance*math.Cos(turn))
}

func drawRings(svg *strings.Builder, spokes int) {
	for ring := 1; ring <= radarRings; ring++ {
		points := make([]string, spokes)
		for i := range points {
			points[i] = spokeAt(i, spokes, float64(radarRing*ring)/radarRings)
		}
		fmt.Fprintf(svg, `<polygon class="ring" points="%s"/>`, strings.Join(points, " "))
	}
}

// drawSpokes draws every spoke with its label; a void one is dashed.
func drawSpokes(svg *strings.Builder, spokes []spoke) {
	for i, one := range spokes {
		class := "spoke"
		if one.void {
			class = "spoke dashed"
		}
		x, y, _ := strings.Cut(spokeAt(i, len(spokes), radarRing+radarLabel), ",")
		fmt.Fprintf(svg, `<path class="%s" d="M%d,%d L%s"/><text x="%s" y="%s">%s</text>`, class, radarWide/2, radarHigh/2, spokeAt(i, len(spokes), radarRing), x, y, html.EscapeString(one.label))
	}
}

// drawLine draws the figures: a dot on each spoke, joined where both neighbours have one; filled when all do.
func drawLine(svg *strings.Builder, spokes []spoke) {
	n, whole := len(spokes), true
	points := make([]string, n)
	for i, one := range spokes {
		points[i] = spokeAt(i, n, radarRing*one.share())
		whole = whole && !one.void
	}
	if whole {
		fmt.Fprintf(svg, `<polygon class="area" points="%s"/>`, strings.Join(points, " "))
	}
	for i, one := range spokes {
		next := (i + 1) % n
		if one.void {
			continue
		}
		if !whole && !spokes[next].void {
			fmt.Fprintf(svg, `<path class="line" d="M%s L%s"/>`, points[i], points[next])
		}
		x, y, _ := strings.Cut(points[i], ",")
		fmt.Fprintf(svg, `<circle class="dot" cx="%s" cy="%s" r="4"/>`, x, y)
	}
}
