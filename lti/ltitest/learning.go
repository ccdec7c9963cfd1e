package ltitest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors of what people do in the LMS.
var (
	ErrWrongKind   = errors.New("ltitest: the activity is of another kind")
	ErrPoints      = errors.New("ltitest: the points are outside the activity's scale")
	ErrNotTeaching = errors.New("ltitest: only who teaches the course may grade")
	ErrNothingSent = errors.New("ltitest: the person has handed in nothing")
)

// attemptTime is how long a pretend learner takes for a quiz.
const attemptTime = 14 * time.Second

// mark is what the LMS itself keeps of a person's work on a quiz or an assignment.
type mark struct {
	submitted bool
	given     bool
	points    float64
	success   bool
}

// module finds an activity, or a placed link seen as one. Platform.mu must be held.
func (p *Platform) moduleByID(id int) (Activity, error) {
	for _, l := range p.links {
		if l.Module == id {
			return Activity{Module: id, Course: l.Course, Kind: lti, Name: l.Title, Section: l.Section}, nil
		}
	}
	return p.activity(id)
}

// act runs one deed of a member in a module with the platform locked, then sends the statements it made.
func (p *Platform) act(ctx context.Context, user string, module int, kinds []Kind, deed func(User, Activity) error) error {
	p.mu.Lock()
	err := func() error {
		u, err := p.user(user)
		if err != nil {
			return err
		}
		a, err := p.moduleByID(module)
		if err != nil {
			return err
		}
		if _, ok := p.member(a.Course, user); !ok {
			return fmt.Errorf("user %q in course %q: %w", user, a.Course, ErrNotEnrolled)
		}
		for _, k := range kinds {
			if k == a.Kind {
				return deed(u, a)
			}
		}
		return fmt.Errorf("module %d is a %s: %w", module, a.Kind, ErrWrongKind)
	}()
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.Flush(ctx)
}

// Login tells that a person logged in, and begins a new visit. ErrUnknownUser, ErrLRS.
func (p *Platform) Login(ctx context.Context, user string) error {
	return p.visit(ctx, user, eventLogin, verbLogin)
}

// Logout tells that a person logged out.
func (p *Platform) Logout(ctx context.Context, user string) error {
	return p.visit(ctx, user, eventLogout, verbLogout)
}

func (p *Platform) visit(ctx context.Context, user string, e event, verb string) error {
	p.mu.Lock()
	u, err := p.user(user)
	if err == nil {
		if verb == verbLogin {
			p.visits[user]++
		}
		p.emit(p.visitStatement(u, p.config.Now(), e, verb))
	}
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.Flush(ctx)
}

// ViewCourse opens the course page. ErrUnknownUser, ErrUnknownCourse, ErrNotEnrolled, ErrLRS.
func (p *Platform) ViewCourse(ctx context.Context, user, course string) error {
	p.mu.Lock()
	u, err := p.user(user)
	c, cerr := p.course(course)
	if _, ok := p.member(course, user); err == nil && cerr == nil && !ok {
		err = fmt.Errorf("user %q in course %q: %w", user, course, ErrNotEnrolled)
	}
	if err = errors.Join(err, cerr); err == nil {
		p.emit(p.courseViewed(u, p.config.Now(), c))
	}
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.Flush(ctx)
}

// View opens a module. A page becomes complete by being viewed; the others only tell of the view.
func (p *Platform) View(ctx context.Context, user string, module int) error {
	return p.act(ctx, user, module, []Kind{Page, Quiz, Assignment, lti}, func(u User, a Activity) error {
		p.emit(p.moduleViewed(u, p.config.Now(), a))
		if a.Kind == Page {
			p.complete(u, a, nil)
		}
		return nil
	})
}

// AttemptQuiz tries a quiz and reaches the given points: attempt started, attempt completed with its score, question answered,
// quiz completed. ErrPoints.
func (p *Platform) AttemptQuiz(ctx context.Context, user string, module int, reached float64) error {
	return p.act(ctx, user, module, []Kind{Quiz}, func(u User, a Activity) error {
		if !(reached >= 0 && reached <= a.Maximum) {
			return fmt.Errorf("%v of %v: %w", reached, a.Maximum, ErrPoints)
		}
		p.attempts++
		now, key := p.config.Now(), moduleUser{module, user}
		t := attempt{p.attempts, reached, reached >= a.pass(), int(attemptTime.Seconds())}
		p.emit(
			p.attemptStarted(u, now.Add(-attemptTime), a, t), p.attemptCompleted(u, now, a, t), p.answered(u, now, a, t),
		)
		last := p.marks[key]
		if last.given && t.success && !last.success {
			delete(p.completed, key) // passing after failing is told again
		}
		if !last.given || reached > last.points {
			p.marks[key] = mark{true, true, reached, t.success || last.success}
		}
		p.complete(u, a, &t.success)
		return nil
	})
}

// pass is the grade to pass: half the maximum unless the activity says otherwise.
func (a Activity) pass() float64 { return or(a.Pass, a.Maximum/2) }

// Submit hands in work for an assignment, which completes it. Handing in again is told again.
func (p *Platform) Submit(ctx context.Context, user string, module int) error {
	return p.act(ctx, user, module, []Kind{Assignment}, func(u User, a Activity) error {
		key := moduleUser{module, user}
		m := p.marks[key]
		m.submitted = true
		p.marks[key] = m
		p.emit(p.submitted(u, p.config.Now(), a))
		p.complete(u, a, nil)
		return nil
	})
}

// GradeSubmission grades what a learner handed in. ErrNotTeaching, ErrNothingSent, ErrPoints.
func (p *Platform) GradeSubmission(ctx context.Context, teacher, user string, module int, reached float64) error {
	return p.act(ctx, user, module, []Kind{Assignment}, func(u User, a Activity) error {
		t, err := p.user(teacher)
		if err != nil {
			return err
		}
		if m, ok := p.member(a.Course, teacher); !ok || !m.teaches() {
			return fmt.Errorf("user %q: %w", teacher, ErrNotTeaching)
		}
		key := moduleUser{module, user}
		if !p.marks[key].submitted {
			return fmt.Errorf("user %q, module %d: %w", user, module, ErrNothingSent)
		}
		if !(reached >= 0 && reached <= a.Maximum) {
			return fmt.Errorf("%v of %v: %w", reached, a.Maximum, ErrPoints)
		}
		p.marks[key] = mark{true, true, reached, reached >= a.pass()}
		p.emit(p.graded(u, t, p.config.Now(), a, reached, reached >= a.pass()))
		return nil
	})
}

// Uncomplete takes the completion of a module back; nothing is told when it was not complete.
func (p *Platform) Uncomplete(ctx context.Context, user string, module int) error {
	return p.act(ctx, user, module, []Kind{Page, Quiz, Assignment}, func(u User, a Activity) error {
		p.uncomplete(u, a)
		return nil
	})
}

// complete marks a module complete and tells of it, once. Completion is tracked for learners only.
func (p *Platform) complete(u User, a Activity, success *bool) {
	if key := (moduleUser{a.Module, u.Sub}); !p.completed[key] && p.gradable(a.Course, u.Sub) {
		p.completed[key] = true
		p.emit(p.completion(u, p.config.Now(), a, success))
	}
}

func (p *Platform) uncomplete(u User, a Activity) {
	if key := (moduleUser{a.Module, u.Sub}); p.completed[key] {
		delete(p.completed, key)
		p.emit(p.uncompletion(u, p.config.Now(), a))
	}
}

// completeByGrade follows a score: a placed link is complete as long as its own line item holds a grade. The statement
// waits for the next Flush, as it does for Moodle's cron.
func (p *Platform) completeByGrade(i *LineItem, user string, given bool) {
	k, err := p.link(i.Link)
	u, uerr := p.user(user)
	if err != nil || uerr != nil || k.LineItem == nil || k.LineItem.ID != i.ID {
		return
	}
	a := Activity{Module: k.Module, Course: k.Course, Kind: lti, Name: k.Title, Section: k.Section}
	if given {
		p.complete(u, a, nil)
		return
	}
	p.uncomplete(u, a)
}
