package web

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
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

// radarOf draws the rows of the overview; nil where they are too few or too many for a shape.
func radarOf(l locale, rows []nodeRow) *radarBody {
	if len(rows) < radarFewest || len(rows) > radarMost {
		return nil
	}
	b := &radarBody{Caption: l.say("radar.caption")}
	labels, codes := spokeLabels(rows)
	for i, row := range rows {
		name := row.Name
		if !codes {
			name = l.say("radar.spoke", "spoke", labels[i], "domain", name)
		}
		key := l.say("radar.untracked", "domain", name)
		if row.Tally.Tracked > 0 {
			key = l.say("radar.key", "domain", name, "have", row.Tally.Evidenced, "of", row.Tally.Tracked)
		}
		b.Key = append(b.Key, key)
	}
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg class="radar" role="img" aria-labelledby="radar-title radar-desc" viewBox="0 0 %d %d"><title id="radar-title">%s</title><desc id="radar-desc">%s</desc>`,
		radarWide, radarHigh, html.EscapeString(l.say("radar.title")), html.EscapeString(radarWords(l, rows)))
	drawRings(&svg, len(rows))
	drawSpokes(&svg, rows, labels)
	drawLine(&svg, rows)
	svg.WriteString(`</svg>`)
	b.SVG = template.HTML(svg.String())
	return b
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

// radarWords says in one sentence where most is, where least, and that nothing is anywhere.
func radarWords(l locale, rows []nodeRow) string {
	most, least := -1, -1
	for i, row := range rows {
		if row.Tally.Tracked == 0 {
			continue
		}
		if most < 0 || share(row.Tally) > share(rows[most].Tally) {
			most = i
		}
		if least < 0 || share(row.Tally) < share(rows[least].Tally) {
			least = i
		}
	}
	if most < 0 || rows[most].Tally.Evidenced == 0 {
		return l.say("radar.nothing")
	}
	return l.say("radar.desc", "most", rows[most].Name, "least", rows[least].Name)
}

func share(t tally) float64 { return float64(t.Evidenced) / float64(max(t.Tracked, 1)) }

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

// drawSpokes draws every spoke with its label; one without anything tracked is dashed.
func drawSpokes(svg *strings.Builder, rows []nodeRow, labels []string) {
	for i, row := range rows {
		class := "spoke"
		if row.Tally.Tracked == 0 {
			class = "spoke dashed"
		}
		x, y, _ := strings.Cut(spokeAt(i, len(rows), radarRing+radarLabel), ",")
		fmt.Fprintf(svg, `<path class="%s" d="M%d,%d L%s"/><text x="%s" y="%s">%s</text>`, class, radarWide/2, radarHigh/2, spokeAt(i, len(rows), radarRing), x, y, html.EscapeString(labels[i]))
	}
}

// drawLine draws the figures: a dot on each spoke, joined where both neighbours have one; filled when all do.
func drawLine(svg *strings.Builder, rows []nodeRow) {
	n, whole := len(rows), true
	points := make([]string, n)
	for i, row := range rows {
		points[i] = spokeAt(i, n, radarRing*share(row.Tally))
		whole = whole && row.Tally.Tracked > 0
	}
	if whole {
		fmt.Fprintf(svg, `<polygon class="area" points="%s"/>`, strings.Join(points, " "))
	}
	for i, row := range rows {
		next := (i + 1) % n
		if row.Tally.Tracked == 0 {
			continue
		}
		if !whole && rows[next].Tally.Tracked > 0 {
			fmt.Fprintf(svg, `<path class="line" d="M%s L%s"/>`, points[i], points[next])
		}
		x, y, _ := strings.Cut(points[i], ",")
		fmt.Fprintf(svg, `<circle class="dot" cx="%s" cy="%s" r="4"/>`, x, y)
	}
}
