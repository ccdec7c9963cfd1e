package main

import (
	"maps"
	"os"
	"slices"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/mapping"
)

// habitFlags are the defaults of the pages that an operator may change (pages.md 3).
type habitFlags struct {
	TotalsOnly    bool              `env:"CAIRN_TOTALS_ONLY" help:"Who leads a course sees totals of its people, and no single person (${env})."`
	SmallestGroup int               `env:"CAIRN_SMALLEST_GROUP" default:"5" placeholder:"N" help:"Totals of fewer people than this are hidden; at least 5 (${env})."`
	SessionLife   time.Duration     `env:"CAIRN_SESSION_LIFE" default:"2h" placeholder:"TIME" help:"How long a page stays open after its last use, 15m to 12h (${env})."`
	RenewalNotice int               `env:"CAIRN_RENEWAL_NOTICE" default:"90" placeholder:"DAYS" help:"How many days before its end evidence is said to expire, 1 to 366 (${env})."`
	GapShare      int               `env:"CAIRN_GAP_SHARE" default:"50" placeholder:"PERCENT" help:"From which share of the people a capability counts as taken, expired or evidenced by most on Gaps, 1 to 100 (${env})."`
	ShareRatings  bool              `env:"CAIRN_SHARE_RATINGS" help:"The box that shares a rating with who leads the course begins ticked (${env})."`
	NameElsewhere bool              `env:"CAIRN_NAME_ELSEWHERE" help:"Who leads a course reads titles and scores of evidence from other courses too (${env})."`
	RatingWords   map[string]string `env:"CAIRN_RATING_WORDS" placeholder:"LANG=FILE" help:"File with other words for ratings in a language, such as en=words.txt: lines of the form rate.now.with_help = With a colleague (${env}, by semicolons)."`
}

// habits checks the flags and reads the files they name.
func (f habitFlags) habits() (web.Settings, error) {
	out := web.Settings{
		TotalsOnly: f.TotalsOnly, SmallestGroup: f.SmallestGroup, SessionLife: f.SessionLife, Notice: time.Duration(f.RenewalNotice) * 24 * time.Hour,
		GapShare: f.GapShare, ShareRatings: f.ShareRatings, NameElsewhere: f.NameElsewhere, Words: web.Words{},
	}
	for _, lang := range slices.Sorted(maps.Keys(f.RatingWords)) {
		file := f.RatingWords[lang]
		text, err := os.ReadFile(file)
		if err != nil {
			return out, &refusal{exitUsage, "CAIRN_RATING_WORDS cannot be read", err}
		}
		if err := out.Words.Read(lang, string(text)); err != nil {
			return out, &refusal{exitUsage, "CAIRN_RATING_WORDS cannot be used: " + file, err}
		}
	}
	return out, f.within()
}

// within refuses numbers beyond their bounds.
func (f habitFlags) within() error {
	switch {
	case f.SmallestGroup < mapping.SmallestGroup:
		return refuse(exitUsage, "CAIRN_SMALLEST_GROUP cannot be used: %d is smaller than %d", f.SmallestGroup, mapping.SmallestGroup)
	case f.SessionLife < 15*time.Minute || f.SessionLife > web.SessionLimit:
		return refuse(exitUsage, "CAIRN_SESSION_LIFE is %s; it may be 15m to 12h", f.SessionLife)
	case f.RenewalNotice < 1 || f.RenewalNotice > 366:
		return refuse(exitUsage, "CAIRN_RENEWAL_NOTICE is %d; it may be 1 to 366 days", f.RenewalNotice)
	case f.GapShare < 1 || f.GapShare > 100:
		return refuse(exitUsage, "CAIRN_GAP_SHARE is %d; it may be 1 to 100 percent", f.GapShare)
	}
	return nil
}

// people are those of the store, with the notice that the pages give.
func (w wiring) people(store *sqlstore.Store) sqlstore.People {
	if w.habits.Notice == 0 {
		return store.People()
	}
	return store.People().Announcing(w.habits.Notice)
}
