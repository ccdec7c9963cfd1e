package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// nextNamed is how many capabilities a step names before it says "more".
const nextNamed = 2

// nextBody is L6: what to do next, the best first.
type nextBody struct {
	For    *rolesBar
	To     string
	Role   string // carried on by the filter
	Here   bool   // of this course only
	Levels []option
	Steps  []nextRow
	Slice  slice
	None   bool
	Bare   string // how many gaps have no activity, "" for none
	BareTo string // address of their list
	Part   string
	Order  string // what comes first, in words
}

// nextRow is a step with what it does.
type nextRow struct {
	nextActivity
	Head  string
	Does  []string
	Where string // that it is elsewhere, or whom to ask for a link
}

// nextSteps answers /me/next.
func (s *site) nextSteps(v *visit) (answer, error) {
	q, err := v.query("role", "from", "level", "page")
	if err != nil {
		return answer{}, err
	}
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	level, page, err := readNext(r, q)
	if err != nil {
		return answer{}, err
	}
	p, err := s.learnerPage(v, "next", v.say("next.title"))
	if err != nil {
		return answer{}, err
	}
	p.Tabs, p.Foot[1] = s.tabs(v, "next"), v.say("start.foot")
	if err := s.readRatings(v, r); err != nil { // what the learner said to need comes first
		return answer{}, err
	}
	all, err := s.explainAll(v.Context(), v.session, owner(v.session), r.begun())
	if err != nil {
		return answer{}, err
	}
	b := nextBody{For: r.rolesBar(v, "/next"), To: v.to("me/next"), Role: r.code(), Here: q.Get("from") != "all", Order: v.say("next.order", "days", s.noticeDays())}
	for _, l := range levelOrder(r.cat) {
		b.Levels = append(b.Levels, option{strconv.Itoa(l), v.levelName(r.cat, l), l == level})
	}
	steps := r.stepsOf(v.session, all, level, b.Here)
	b.None = len(steps) == 0
	q.Del("page")
	b.Slice = v.sliceOf(len(steps), page, listPage, func(page int) string { return v.to(addressOf("me/next", paged(q, page))) })
	if err := s.fillNext(v, r, &b, steps[b.Slice.from:b.Slice.to]); err != nil {
		return answer{}, err
	}
	b.bare(v, r, all, level)
	b.Part = v.partText(r.cat)
	p.Body = b
	return answer{page: p}, nil
}

// readNext reads the level, -1 for all, and the page.
func readNext(r *record, q url.Values) (level, page int, err error) {
	bad := refuse(http.StatusBadRequest, "query-value", "nopage")
	if from := q.Get("from"); from != "" && from != "all" && from != "here" {
		return 0, 0, bad
	}
	n, err := r.readNarrowing(url.Values{"level": q["level"]})
	if err != nil {
		return 0, 0, err
	}
	page, err = readPage(q)
	return n.level, page, err
}

// stepsOf answers the steps for a level, -1 for all, and, if asked so, of the session's course alone.
func (r *record) stepsOf(session *Session, all map[string]mapping.Explanation, level int, here bool) []mapping.Suggestion {
	var of []mapping.Outlook
	for _, o := range r.outlooks(all) {
		if level < 0 || o.Node.Level == level {
			of = append(of, o)
		}
	}
	var out []mapping.Suggestion
	for _, step := range mapping.Suggest(of) {
		if !here || step.Activity.Scope.Contains(session.Course.Scope()) {
			out = append(out, step)
		}
	}
	return out
}

func (s *site) fillNext(v *visit, r *record, b *nextBody, steps []mapping.Suggestion) error {
	placed, err := s.placed(v.Context(), v.session.Course)
	if err != nil {
		return err
	}
	for _, step := range steps {
		row := nextRow{nextActivity: s.nextActivity(v, step.Activity, placed), Does: v.doesWords(r, step)}
		if waits := v.waitsWords(r, step); waits != "" {
			row.Does = append(row.Does, waits)
		}
		row.Head = row.Name
		if step.Effect == mapping.EffectRenews {
			row.Head = v.say("next.renew", "activity", row.Name, "date", v.date(step.Toward[0].Expires))
		}
		switch {
		case row.Href != "":
		case !step.Activity.Scope.Contains(v.session.Course.Scope()):
			if row.Where, err = s.inCourse(v, step.Activity.Scope); err != nil {
				return err
			}
		default:
			row.Where = v.say("next.nolink")
		}
		b.Steps = append(b.Steps, row)
	}
	return nil
}

// inCourse says in which other course something is.
func (s *site) inCourse(v *visit, scope mapping.Scope) (string, error) {
	title, err := s.Courses.Title(v.Context(), scope.Registration, scope.Context)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return "", fmt.Errorf("read the title of a course: %w", err)
	case title == "":
		return v.say("next.elsewhere"), nil
	}
	return v.say("next.incourse", "course", title), nil
}

// waitsWords names what comes before all that a step helps with, "" when something of it waits for nothing.
func (v *visit) waitsWords(r *record, step mapping.Suggestion) string {
	var names []string
	for _, t := range step.Toward {
		if len(t.Waits) == 0 {
			return ""
		}
		for _, id := range t.Waits {
			n, _ := r.cat.Node(id)
			if name := r.shortCapability(n); len(names) < nextNamed && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return v.say("next.waits", "names", strings.Join(names, "; "))
}

// doesWords says what a step does: what it counts towards, and how far it brings each that it does not complete.
func (v *visit) doesWords(r *record, step mapping.Suggestion) []string {
	var names, out []string
	for i, t := range step.Toward {
		n, _ := r.cat.Node(t.Capability)
		name := r.shortCapability(n)
		if i < nextNamed {
			names = append(names, name)
		}
		if t.Effect == mapping.EffectMoves && len(out) < nextNamed {
			out = append(out, v.say("next.brings", "capability", name, "have", t.Have, "then", t.Then, "need", t.Need))
		}
	}
	if len(step.Toward) > nextNamed {
		names = append(names, v.say("next.more"))
	}
	return append([]string{v.say("next.towardsnames", "n", len(step.Toward), "names", strings.Join(names, "; "))}, out...)
}

// bareGaps answers the gaps that no activity of the learner's courses is tagged with, by the explanations of what has begun.
func (r *record) bareGaps(all map[string]mapping.Explanation) map[string]bool {
	out := map[string]bool{}
	for _, n := range r.tracked("") {
		state := r.of(n.ID).State
		x, known := all[n.ID]
		if state != mapping.Evidenced && state != mapping.Expiring && (!known || x.Rule.OutOf == 0) {
			out[n.ID] = true
		}
	}
	return out
}

// bare counts them for a level, -1 for all, and says where their list is.
func (b *nextBody) bare(v *visit, r *record, all map[string]mapping.Explanation, level int) {
	f := filter{level: level, bare: true, page: 1}
	r.bare = r.bareGaps(all)
	if n := len(r.matches(f)); n > 0 {
		b.Bare, b.BareTo = v.say("next.bare", "n", n), r.href(v, "/list", f.pairs()...)
	}
}
