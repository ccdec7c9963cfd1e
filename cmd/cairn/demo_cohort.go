package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"cairn/lti/ltitest"
	"cairn/mapping"
)

// colleague is another learner of the demo's course, and what they have done there. Points below zero: not tried.
type colleague struct {
	sub, given, family string
	reads              bool
	quiz, plan         float64
}

var colleagues = []colleague{
	{"11", "Amara", "Okafor", true, 9, 82},
	{"12", "Ben", "Whitfield", true, 4, -1},
	{"13", "Chidi", "Nwosu", true, -1, 71},
	{"14", "Dilys", "Evans", true, 7, 55},
	{"15", "Emre", "Aydin", false, 8, -1},
	{"16", "Freya", "Lund", true, 10, 90},
	{"17", "Gita", "Rao", false, -1, -1},
}

// planTagged is the capability that the assignment counts towards, for planMonths.
const (
	planTagged = "6.2-L1"
	planMonths = 2
)

// cohort gives the course a history, so that people who lead it see one: colleagues open Cairn and do some of the activities, and what
// the assignment shows expires soon enough to be listed. The server must run.
func (d *demo) cohort(ctx context.Context, now func() time.Time) error {
	if err := d.tagPlan(ctx, now); err != nil {
		return err
	}
	for _, c := range colleagues {
		d.lms.AddUser(ltitest.User{Sub: c.sub, Username: strings.ToLower(c.given), Given: c.given, Family: c.family, Says: "A colleague of Lena's"})
		for _, course := range []string{d.sampled.Course, d.sampled.Second} {
			d.lms.Enrol(ltitest.Member{Course: course, User: c.sub, Roles: []string{"Learner"}})
		}
		if err := d.learn(ctx, c); err != nil {
			return fmt.Errorf("%s %s in the demo: %w", c.given, c.family, err)
		}
	}
	return nil
}

// tagPlan tags the assignment, with a rule that lets its evidence expire.
func (d *demo) tagPlan(ctx context.Context, now func() time.Time) error {
	capability, err := d.capability(planTagged)
	if err != nil {
		return err
	}
	scope := d.course.Scope()
	return d.apply(ctx, now, "So that the demo has something that expires",
		d.tag(capability, ltitest.Assignment, d.sampled.Assignment),
		mapping.Edit{Rule: &mapping.ScopedRule{Capability: capability.ID, Scope: scope, Rule: mapping.Rule{
			Kind: mapping.RuleAny, Validity: mapping.Period{Months: planMonths},
		}}})
}

// learn has a colleague open Cairn once, and then do what they do.
func (d *demo) learn(ctx context.Context, c colleague) error {
	answer, err := d.lms.Launch(ctx, ltitest.NewBrowser(ltitest.PartitionedOnly), c.sub, d.sampled.Link)
	if err != nil {
		return err
	}
	if _, err := ltitest.ReadBody(answer); err != nil {
		return err
	}
	if c.reads {
		if err := d.lms.View(ctx, c.sub, d.sampled.Page); err != nil {
			return err
		}
	}
	if c.quiz >= 0 {
		if err := d.lms.AttemptQuiz(ctx, c.sub, d.sampled.Quiz, c.quiz); err != nil {
			return err
		}
	}
	if c.plan < 0 {
		return nil
	}
	if err := d.lms.Submit(ctx, c.sub, d.sampled.Assignment); err != nil {
		return err
	}
	return d.lms.GradeSubmission(ctx, d.sampled.Author, c.sub, d.sampled.Assignment, c.plan)
}

// apply applies edits as the operator, as one change.
func (d *demo) apply(ctx context.Context, now func() time.Time, reason string, edits ...mapping.Edit) error {
	_, err := d.store.Courses(d.frameworks).Apply(ctx, mapping.Changeset{
		ID: uuid.NewString(), Author: "operator", Reason: reason, At: now().UTC(), Scope: d.course.Scope(), Edits: edits,
	})
	if err != nil {
		return fmt.Errorf("tag for the demo: %w", err)
	}
	return nil
}

// tag says that a module and what lies under it counts towards a capability.
func (d *demo) tag(capability mapping.Node, kind ltitest.Kind, module int) mapping.Edit {
	return mapping.Edit{Add: &mapping.Alignment{
		ID: uuid.NewString(), Capability: capability.ID, Scope: d.course.Scope(),
		Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: d.lms.ModuleIRI(kind, module)},
	}}
}
