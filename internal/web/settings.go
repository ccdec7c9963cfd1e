package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cairn/mapping"
)

// Settings are the defaults of pages.md 3 that an operator may change. Zero is the default of each.
type Settings struct {
	TotalsOnly    bool          // who leads a course sees totals of its people, and no person
	SmallestGroup int           // totals of fewer people are hidden; never fewer than mapping.SmallestGroup
	SessionLife   time.Duration // how long a session lives after its last use, at most SessionLimit; 2 hours
	Notice        time.Duration // how long before its end evidence is said to expire, in whole days; mapping.DefaultNotice
	GapShare      int           // percent of people from which a capability counts as taken, expired or evidenced by most (M3); 50
	ShareRatings  bool          // the box that shares a rating begins ticked
	NameElsewhere bool          // who leads a course reads the titles and scores of evidence from other courses
	Words         Words         // of ratings
}

// The values of Settings that stand where none is given, and SessionLimit: the longest life of any session, because the roles in
// it are those of the launch.
const (
	defaultSessionLife = 2 * time.Hour
	defaultGapShare    = 50
	SessionLimit       = 12 * time.Hour
)

func (s Settings) withDefaults() Settings {
	s.SmallestGroup = max(s.SmallestGroup, mapping.SmallestGroup)
	s.SessionLife = min(cmp.Or(s.SessionLife, defaultSessionLife), SessionLimit)
	s.Notice = cmp.Or(s.Notice, mapping.DefaultNotice)
	s.GapShare = cmp.Or(s.GapShare, defaultGapShare)
	return s
}

// noticeDays is the notice as pages say it.
func (s Settings) noticeDays() int { return int(math.Round(s.Notice.Hours() / 24)) }

// Words replace words of ratings on the pages of a language: by the language's name ("en", "cy"), then by key.
type Words map[string]map[string]string

// replaceable says whether an operator may give other words for a key: those of the scale that people rate themselves on
// (pages.md 3.1, L5). All others say what the program does.
func replaceable(key string) bool {
	said := func(prefix string, words []mapping.RatingWord) bool {
		rest, ok := strings.CutPrefix(key, prefix)
		return ok && slices.Contains(words, mapping.RatingWord(rest))
	}
	now, needed := mapping.RatingsNow(), mapping.RatingsNeeded()
	return said("rate.now.", now) || said("rate.needed.", needed) || said("rating.word.", slices.Concat(now, needed))
}

// Read adds the words of a file for a language, in the form of the program's own: a line "key = Words" each. It refuses a language
// that no page speaks, keys that are no words of ratings, and words that are empty or have gaps.
func (w Words) Read(lang, text string) error {
	if !slices.ContainsFunc(tongues, func(t *tongue) bool { return t.lang() == lang }) {
		return fmt.Errorf("no page speaks %q", lang)
	}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, words, ok := strings.Cut(line, "=")
		key, words = strings.TrimSpace(key), strings.TrimSpace(words)
		switch {
		case !ok || words == "" || strings.ContainsAny(words, "{}"):
			return fmt.Errorf("line %d is not of the form key = Words", i+1)
		case !replaceable(key):
			return fmt.Errorf("line %d: %q is no word of ratings; those are rate.now.*, rate.needed.* and rating.word.*", i+1, key)
		case w[lang][key] != "":
			return fmt.Errorf("line %d: %q is there already", i+1, key)
		}
		if w[lang] == nil {
			w[lang] = map[string]string{}
		}
		w[lang][key] = words
	}
	return nil
}

// spoken answers the languages with an operator's words in them.
func (w Words) spoken() []*tongue {
	out := slices.Clone(tongues)
	for i, t := range out {
		if len(w[t.lang()]) > 0 {
			out[i] = newTongue(t.tag, t.lang())
			for key, words := range w[t.lang()] {
				out[i].texts.replace(key, words)
			}
		}
	}
	return out
}
