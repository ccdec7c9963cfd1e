package web

import (
	"context"
	"time"
)

// Person is someone who opened Cairn in a course.
type Person struct {
	Member
	Subject   string    // as the platform names them
	IsLearner bool      // held a learner role at the last launch
	Since     time.Time // first launch in the course; zero where it was not kept yet
}

// Figure is how much of a part of a framework somebody has evidence for. Evidenced holds the expiring ones.
type Figure struct{ Evidenced, Expiring, InProgress int }

// Expiry is when somebody's evidence for a capability ends by time.
type Expiry struct {
	Learner, Capability string
	At                  time.Time
}

// Standing is how many people stand where in a capability. Evidenced holds the expiring ones.
type Standing struct{ InProgress, Evidenced, Expiring, Expired, Withdrawn int }

// People reads who opened Cairn in a course, and how far they are.
type People interface {
	// Seen answers everybody who opened Cairn in the course under their own account, in the order of their first launch anywhere.
	Seen(ctx context.Context, c Course) ([]Person, error)
	// Figures counts, in one question, what learners have evidence for, by learner and part. parts names the part of each
	// capability that is counted. Those who have nothing are left out.
	Figures(ctx context.Context, learners []string, parts map[string]string) (map[string]map[string]Figure, error)
	// FiguresOn is Figures as they stood at a time, by what had been recorded before it.
	FiguresOn(ctx context.Context, learners []string, parts map[string]string, at time.Time) (map[string]map[string]Figure, error)
	// Expiring answers what of the learners' evidence ends, or ended, after a time and until another, the first first.
	Expiring(ctx context.Context, learners []string, from, until time.Time) ([]Expiry, error)
	// Nearest answers which of the learners is nearest the line in a capability: as few activities as may be lack or are too many.
	// "" when none of them has begun.
	Nearest(ctx context.Context, learners []string, capability string) (string, error)
	// Standings counts where learners stand, by capability. Capabilities that none of them has begun are left out.
	Standings(ctx context.Context, learners []string) (map[string]Standing, error)
	// StandingsOn is Standings as they were at a time, by what had been recorded before it.
	StandingsOn(ctx context.Context, learners []string, at time.Time) (map[string]Standing, error)
}

// Listed is one person on the list that the learning site keeps of a course.
type Listed struct {
	Subject   string
	Name      string // "" when it is not shared
	IsLearner bool
}

// CourseList is who is in a course now, as the learning site told it.
type CourseList struct {
	People []Listed
	ReadAt time.Time
	Late   bool // it could not be read again in time
}

// Rosters asks the learning site who is in a course.
type Rosters interface {
	// People answers the list of a course, read again when it is old. It does not wait long: then, or when the site fails, the last
	// list is answered, as late. address is where the launch said it can be read, "" when it said nothing. ErrNotFound when there is no list.
	People(ctx context.Context, c Course, address string) (CourseList, error)
}
