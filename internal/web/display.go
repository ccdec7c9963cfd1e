package web

import (
	"net/http"
	"slices"
)

// displayBody is the choice of a theme.
type displayBody struct {
	To     string
	Themes []option
	Wrong  string
}

var themes = []string{themeLight, themeDark, themeDevice}

// display answers /display: Light, Dark, Same as my device.
func (s *site) display(v *visit) (answer, error) {
	q, err := v.query("saved")
	if err != nil {
		return answer{}, err
	}
	p := s.displayPage(v, s.theme(v))
	if q.Has("saved") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("display.saved")}}
	}
	return answer{page: p}, nil
}

func (s *site) displayPage(v *visit, chosen string) *page {
	b := displayBody{To: v.to("display")}
	for _, t := range themes {
		b.Themes = append(b.Themes, option{t, v.say("display." + t), t == chosen})
	}
	p := s.aboutPage(v, "display", v.say("display.title"))
	p.Foot, p.Body = []string{v.say("display.kept")}, b
	return p
}

// saveDisplay keeps the theme.
func (s *site) saveDisplay(v *visit) (answer, error) {
	theme := v.PostForm.Get("theme")
	if !slices.Contains(themes, theme) {
		p := s.displayPage(v, "")
		b, _ := p.Body.(displayBody)
		b.Wrong = v.say("display.none")
		p.Problem, p.Errors, p.Body = true, []fieldError{{b.Wrong, "theme-" + themeLight}}, b
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	owner, expires := v.session.prefers()
	if err := s.Preferences.SaveTheme(v.Context(), owner, theme, expires); err != nil {
		return answer{}, err
	}
	return v.done("display?saved=1"), nil
}
