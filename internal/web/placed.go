package web

import (
	"context"
	"time"

	"cairn/xapi"
)

// Completion is how an activity that Cairn placed is finished; its author chooses.
type Completion string

// The rules of completion. Values are stored: never rename.
const (
	CompleteByWord   Completion = "word"   // the learner says so; this evidence is self-confirmed
	CompleteByTime   Completion = "time"   // the learner says so, not before a least time after opening it, as the server measures
	CompleteByRecord Completion = "record" // only a statement that comes from elsewhere
)

// PlacedActivity is a web activity that was placed in a course through Cairn. It never changes.
type PlacedActivity struct {
	ID           string
	Registration string
	Context      string // LTI context it was placed in; a copied course keeps the id
	IRI          string // of the activity in our statements, minted once
	Title        string
	Address      string // where it leads
	Completion   Completion
	Least        time.Duration // with CompleteByTime, whole seconds
	Records      string        // IRI of the activity whose statements finish it and are tagged: IRI, but for CompleteByRecord
	Author       string        // account id
	CreatedAt    time.Time
	Opens        time.Time // before it nobody can start; zero: at once
	Closes       time.Time // from it on nobody can start or say they finished; zero: never
	Framed       bool      // it is shown in a frame on its page, where the page is wide enough
}

// Course is where the activity was placed, as far as it is known.
func (a PlacedActivity) Course() Course { return Course{Registration: a.Registration, ID: a.Context} }

// Attempt is how far an account has come with an activity; zero times have not happened. Once completed it stays so; what is opened
// once more after that is done again, and then completed at another time.
type Attempt struct {
	Opened    time.Time
	Completed time.Time
}

// done says whether nothing is under way any more.
func (a Attempt) done() bool { return !a.Completed.IsZero() && !a.again() }

// again says whether it is being done once more.
func (a Attempt) again() bool { return !a.Completed.IsZero() && a.Opened.After(a.Completed) }

// ActKind is what a learner did with an activity.
type ActKind string

// The kinds of act.
const (
	ActLaunched  ActKind = "launched"
	ActOpened    ActKind = "opened"
	ActCompleted ActKind = "completed"
)

// Act is what a learner did, with the statement that says so.
type Act struct {
	Activity  string // id
	Account   string // id
	Kind      ActKind
	At        time.Time
	Again     bool // it was completed before
	Statement xapi.Prepared
}

// Activities keeps the activities that Cairn placed, and how far people have come with them.
type Activities interface {
	// Place keeps a new activity. Placing the same id again changes nothing.
	Place(ctx context.Context, a PlacedActivity) error
	// Activity answers one by id. ErrNotFound.
	Activity(ctx context.Context, id string) (PlacedActivity, error)
	// OfCourse answers those that were placed in a course, by title.
	OfCourse(ctx context.Context, c Course) ([]PlacedActivity, error)
	// Attempt answers how far an account has come; the zero Attempt before it began. With CompleteByRecord the log is asked.
	Attempt(ctx context.Context, a PlacedActivity, account string) (Attempt, error)
	// Record keeps the act and appends its statement to the log, and makes the score due when it completes, all in one
	// transaction. What was opened or completed before is left as it is: fresh is false then, and nothing is written. Again opens
	// what is completed, and completes what was opened since. pos is a position of the log at or after the statement's.
	Record(ctx context.Context, act Act) (pos int64, fresh bool, err error)
}
