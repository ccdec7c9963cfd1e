package lti

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// ErrScore says that a score breaks a rule of AGS 2.0, 3.4 and was not sent.
var ErrScore = errors.New("lti: the score cannot be sent")

// The states of AGS 2.0, 3.4.7 and 3.4.8. On Moodle any grading progress but FullyGraded erases the grade.
const (
	ActivityInitialized = "Initialized"
	ActivityStarted     = "Started"
	ActivityInProgress  = "InProgress"
	ActivitySubmitted   = "Submitted"
	ActivityCompleted   = "Completed"

	GradingNotReady      = "NotReady"
	GradingFailed        = "Failed"
	GradingPending       = "Pending"
	GradingPendingManual = "PendingManual"
	GradingFullyGraded   = "FullyGraded"
)

var (
	activityStates = map[string]bool{ActivityInitialized: true, ActivityStarted: true, ActivityInProgress: true, ActivitySubmitted: true, ActivityCompleted: true}
	gradingStates  = map[string]bool{GradingNotReady: true, GradingFailed: true, GradingPending: true, GradingPendingManual: true, GradingFullyGraded: true}
)

// Score is one score of one person (AGS 2.0, 3.4). Timestamp has to be later than that of the last score, by a second on Moodle.
type Score struct {
	UserID           string
	ScoringUserID    string
	Given            *float64 // nil sends no value
	Maximum          float64  // above 0 when there is a value
	Comment          string
	ActivityProgress string
	GradingProgress  string
	Timestamp        time.Time
	StartedAt        time.Time // of the submission; zero when not told
	SubmittedAt      time.Time
	// NotNewSubmission tells Canvas that only the progress changed, so that it does not count a new submission. It sets
	// Canvas.New when that is nil.
	NotNewSubmission bool
	Canvas           *CanvasSubmission // nil on other platforms, which pass over it
}

// Result is a grade as the platform holds it (AGS 2.0, 3.3).
type Result struct {
	ID            string   `json:"id"`
	UserID        string   `json:"userId"`
	ResultScore   *float64 `json:"resultScore"` // nil when there is none
	ResultMaximum float64  `json:"resultMaximum"`
	ScoringUserID string   `json:"scoringUserId"`
	Comment       string   `json:"comment"`
	ScoreOf       string   `json:"scoreOf"`
}

// PostScore sends one score to a line item (AGS 2.0, 3.4.4). ErrScore, ErrForeignService, *ServiceError: its Retryable and Conflict
// say what may be done about it.
func (s *Services) PostScore(ctx context.Context, reg Registration, lineItem string, score Score) error {
	u, err := serviceURL(lineItem)
	if err != nil {
		return err
	}
	body, err := score.encode()
	if err != nil {
		return err
	}
	_, err = s.do(ctx, reg, call{op: "score", method: http.MethodPost, address: under(u, "scores"), scopes: []string{ScopeScore}, kind: MediaScore, body: body})
	return err
}

// Results reads the grades of a line item, or of one person when userID is not empty (AGS 2.0, 3.3). No page size is asked for: Moodle
// fails on it. Blackboard leaves comments out when one person is asked for: read all where they matter.
// ErrForeignService, *ServiceError.
func (s *Services) Results(ctx context.Context, reg Registration, lineItem, userID string) ([]Result, error) {
	u, err := serviceURL(lineItem)
	if err != nil {
		return nil, err
	}
	u = under(u, "results")
	if userID != "" {
		u = withQuery(u, map[string]string{"user_id": userID})
	}
	return pages[Result](ctx, s, reg, call{op: "results", address: u, scopes: []string{ScopeResultReadOnly}, accept: MediaResults})
}

// check says what is wrong with a score before a platform does, or nil.
func (s Score) check() error {
	switch {
	case s.UserID == "":
		return fmt.Errorf("%w: no person", ErrScore)
	case s.Timestamp.IsZero():
		return fmt.Errorf("%w: no timestamp", ErrScore)
	case !activityStates[s.ActivityProgress]:
		return fmt.Errorf("%w: activity progress %s", ErrScore, quote(s.ActivityProgress))
	case !gradingStates[s.GradingProgress]:
		return fmt.Errorf("%w: grading progress %s", ErrScore, quote(s.GradingProgress))
	case s.Given == nil:
		return nil
	case !(s.Maximum > 0) || math.IsInf(s.Maximum, 0):
		return fmt.Errorf("%w: a value needs a maximum above 0", ErrScore)
	case !(*s.Given >= 0) || math.IsInf(*s.Given, 0):
		return fmt.Errorf("%w: a value is 0 or more", ErrScore)
	}
	return nil
}

// millis is the form of timestamps: ISO 8601 with milliseconds and a zone.
const millis = "2006-01-02T15:04:05.000Z07:00"

// submission are the times of the work that a score is for (AGS 2.0, 3.4.9).
type submission struct {
	StartedAt   string `json:"startedAt,omitzero"`
	SubmittedAt string `json:"submittedAt,omitzero"`
}

// CanvasSubmission is what Canvas adds to a score: https://canvas.instructure.com/lti/submission of its score service. Without it every
// score with a new time counts as a new submission.
type CanvasSubmission struct {
	New           *bool  `json:"new_submission,omitzero"`
	PreserveScore bool   `json:"preserve_score,omitzero"`            // keep the grade there is
	PreferNonTool bool   `json:"prioritize_non_tool_grade,omitzero"` // keep a grade that a teacher gave by hand
	Type          string `json:"submission_type,omitzero"`           // "online_text_entry", "online_url", "basic_lti_launch", "external_tool" or "none"
	Data          string `json:"submission_data,omitzero"`           // text or address, as the type says
	SubmittedAt   string `json:"submitted_at,omitzero"`              // ISO 8601
}

func (s Score) canvas() *CanvasSubmission {
	if !s.NotNewSubmission {
		return s.Canvas
	}
	c := CanvasSubmission{}
	if s.Canvas != nil {
		c = *s.Canvas
	}
	if c.New == nil {
		c.New = new(bool)
	}
	return &c
}

func (s Score) encode() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	sent := struct {
		UserID           string            `json:"userId"`
		ScoringUserID    string            `json:"scoringUserId,omitzero"`
		Given            *float64          `json:"scoreGiven,omitzero"`
		Maximum          float64           `json:"scoreMaximum,omitzero"`
		Comment          string            `json:"comment,omitzero"`
		Timestamp        string            `json:"timestamp"`
		ActivityProgress string            `json:"activityProgress"`
		GradingProgress  string            `json:"gradingProgress"`
		Submission       submission        `json:"submission,omitzero"`
		Canvas           *CanvasSubmission `json:"https://canvas.instructure.com/lti/submission,omitzero"`
	}{
		UserID: s.UserID, ScoringUserID: s.ScoringUserID, Given: s.Given, Maximum: s.Maximum, Comment: s.Comment,
		Timestamp: stamp(s.Timestamp), ActivityProgress: s.ActivityProgress, GradingProgress: s.GradingProgress,
		Submission: submission{StartedAt: stamp(s.StartedAt), SubmittedAt: stamp(s.SubmittedAt)}, Canvas: s.canvas(),
	}
	body, err := json.Marshal(sent)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrScore, err)
	}
	return body, nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(millis)
}
