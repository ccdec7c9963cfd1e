package ltitest

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

type gradeKey struct {
	item int
	user string
}

// Grade is what the gradebook holds for one person and line item.
type Grade struct {
	User             string
	Given            bool    // false: the score that came last took the grade away
	Score            float64 // of Maximum, in the line item's own scale
	Maximum          float64
	Comment          string
	Timestamp        time.Time // as the tool sent it
	ActivityProgress string
	GradingProgress  string
	Submissions      int // counted as such, on platforms that count them
}

// score is one score as tools send it (AGS 2.0, section 3.4.4). Numbers are kept loose, as profiles differ in what they take.
type score struct {
	User             any     `json:"userId"`
	Given            any     `json:"scoreGiven"`
	Maximum          any     `json:"scoreMaximum"`
	Comment          string  `json:"comment"`
	Timestamp        *string `json:"timestamp"`
	ActivityProgress *string `json:"activityProgress"`
	GradingProgress  *string `json:"gradingProgress"`
	Canvas           struct {
		New *bool `json:"new_submission"`
	} `json:"https://canvas.instructure.com/lti/submission"`
}

// reading is a score after its checks.
type reading struct {
	user       string
	given, max float64
	has        bool // scoreGiven was there
	at         time.Time
	in         score
}

var (
	dateTime           = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)$`)
	activityProgresses = []string{"Initialized", "Started", "InProgress", "Submitted", "Completed"}
	gradingProgresses  = []string{"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}
)

// scores takes one score (AGS 2.0, section 3.4).
func (p *Platform) scores(c *call) (reply, error) {
	i, err := p.itemOf(c)
	if err != nil {
		return reply{}, err
	}
	s, ok := p.readScore(c, i)
	if !ok {
		return reply{}, scoreRefusal(http.StatusBadRequest, "Incorrect score received"+string(c.body))
	}
	key := gradeKey{i.ID, s.user}
	if last := p.grades[key]; last != nil && !p.later(s.at, last.Timestamp) {
		return reply{}, scoreRefusal(http.StatusConflict,
			fmt.Sprintf("Refusing score with an earlier timestamp for item %d and user %s", i.ID, s.user))
	}
	before := p.grades[key]
	p.grades[key] = p.gradeOf(i, s)
	p.countSubmission(before, p.grades[key], s)
	p.completeByGrade(i, s.user, p.grades[key].Given)
	return reply{http.StatusOK, typeScore, ""}, nil
}

func scoreRefusal(status int, reason string) *refusal {
	return &refusal{status: status, reason: reason, bare: true, typed: typeScore}
}

// later compares timestamps with the profile's precision; equal is not later.
func (p *Platform) later(at, last time.Time) bool {
	if p.profile.SecondPrecision {
		at, last = at.Truncate(time.Second), last.Truncate(time.Second)
	}
	return at.After(last)
}

// readScore checks one score; false when any rule is broken.
func (p *Platform) readScore(c *call, i *LineItem) (reading, bool) {
	var s reading
	if json.Unmarshal(c.body, &s.in) != nil || s.in.ActivityProgress == nil || s.in.GradingProgress == nil || s.in.Timestamp == nil {
		return s, false
	}
	if s.in.Given != nil && s.in.Maximum == nil || !p.readProgress(s.in) {
		return s, false
	}
	var ok, fine bool
	if s.user, ok = p.userID(s.in.User); !ok || !p.gradable(i.Course, s.user) {
		return s, false
	}
	if s.at, ok = readTime(*s.in.Timestamp); !ok {
		return s, false
	}
	if s.in.Given == nil {
		return s, true
	}
	s.has = true
	s.given, ok = p.number(s.in.Given)
	s.max, fine = p.number(s.in.Maximum)
	if !p.profile.ClampsScores && (s.given < 0 || s.max <= 0) {
		return s, false
	}
	return s, ok && fine
}

func (p *Platform) readProgress(in score) bool {
	return p.profile.LenientScores || slices.Contains(activityProgresses, *in.ActivityProgress) &&
		slices.Contains(gradingProgresses, *in.GradingProgress)
}

func (p *Platform) userID(v any) (string, bool) {
	switch id := v.(type) {
	case string:
		return id, id != ""
	case float64:
		return strconv.FormatFloat(id, 'f', -1, 64), p.profile.LenientScores
	}
	return "", false
}

func (p *Platform) number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case string:
		f, err := strconv.ParseFloat(n, 64)
		return f, err == nil && p.profile.LenientScores
	}
	return 0, false
}

func readTime(s string) (time.Time, bool) {
	if !dateTime.MatchString(s) {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// countSubmission adds to the submissions counted before, unless the score says that it is none.
func (p *Platform) countSubmission(before, now *Grade, s reading) {
	if !p.profile.CountsSubmissions {
		return
	}
	if before != nil {
		now.Submissions = before.Submissions
	}
	if s.in.Canvas.New == nil || *s.in.Canvas.New {
		now.Submissions++
	}
}

// gradeOf makes the grade that the score leaves behind. Moodle keeps five decimals of what was sent, then scales to the
// column's maximum; a scoreMaximum of zero is not scaled at all.
func (p *Platform) gradeOf(i *LineItem, s reading) *Grade {
	g := &Grade{
		User: s.user, Maximum: i.Maximum, Timestamp: s.at, Comment: s.in.Comment,
		ActivityProgress: *s.in.ActivityProgress, GradingProgress: *s.in.GradingProgress,
	}
	g.Given = s.has && (*s.in.GradingProgress == "FullyGraded" || !p.profile.ErasesUnlessFullyGraded)
	if !g.Given {
		return g
	}
	g.Score = s.given
	if s.max > 0 {
		g.Score = round5(round5(s.given) * i.Maximum / s.max)
	}
	if p.profile.ClampsScores {
		g.Score = min(max(g.Score, 0), i.Maximum)
	}
	return g
}

func round5(f float64) float64 { return math.Round(f*1e5) / 1e5 }

// results reads the grades of a line item (AGS 2.0, section 3.3).
func (p *Platform) results(c *call) (reply, error) {
	i, err := p.itemOf(c)
	if err != nil {
		return reply{}, err
	}
	if c.query.Has("limit") && p.profile.ResultLimitCrashes {
		return reply{}, errCrash
	}
	grades := slices.DeleteFunc(p.gradesOf(i.ID), func(g Grade) bool {
		return !g.Given || !fits(c.query.Get("user_id"), g.User)
	})
	page, err := p.paging(c.query, len(grades))
	if err != nil {
		return reply{}, err
	}
	p.linkPages(c, page)
	out := []map[string]any{}
	for _, g := range grades[page.from:page.end] {
		if p.profile.BareUserResults && c.query.Has("user_id") {
			g.Comment = ""
		}
		out = append(out, p.resultJSON(i, g))
	}
	return reply{http.StatusOK, typeResults, out}, nil
}

func (p *Platform) resultJSON(i *LineItem, g Grade) map[string]any {
	id, mark := p.itemPart(i, "/results"), "?"
	if p.profile.TypeIDInServiceURLs {
		mark = "&"
	}
	out := map[string]any{
		"id": id + mark + "user_id=" + g.User, "userId": g.User, "resultScore": g.Score, "resultMaximum": g.Maximum,
		"scoreOf": p.itemURL(i), "timestamp": g.Timestamp.UTC().Format("2006-01-02T15:04:05-07:00"),
	}
	if g.Comment != "" {
		out["comment"] = g.Comment
	}
	return out
}

// gradesOf answers the grades of an item in the order of the user ids. Platform.mu must be held.
func (p *Platform) gradesOf(item int) []Grade {
	var out []Grade
	for key, g := range p.grades {
		if key.item == item {
			out = append(out, *g)
		}
	}
	slices.SortFunc(out, func(a, b Grade) int { return byID(a.User, b.User) })
	return out
}

// byID orders ids as numbers where they are, else as text.
func byID(a, b string) int {
	m, errA := strconv.Atoi(a)
	n, errB := strconv.Atoi(b)
	if errA == nil && errB == nil {
		return m - n
	}
	return slices.Compare([]byte(a), []byte(b))
}
