package web_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// picture is a page as a person meets it: whose session it is and where, what is so beforehand, and what is done once it is open.
type picture struct {
	name, person, path string
	outside            func(root string) string // where it is, when that is in no session
	framed             bool                     // in a frame of another page
	prepare            func(*world)
	do                 []step
	only               []look // instead of the usual ones
	more               []look // beside them
}

// look is one way of seeing a page: the width of the window, and in which theme or how else.
type look struct {
	width int64
	as    string
}

// a4 as a width is paper.
const a4 = 0

func (l look) String() string {
	if l.width == a4 {
		return "a4-" + l.as
	}
	return fmt.Sprintf("%d-%s", l.width, l.as)
}

var (
	usual  = []look{{320, "light"}, {840, "light"}, {1200, "dark"}}
	only   = []look{{840, "light"}}
	matrix = []look{{320, "light"}, {840, "light"}, {1200, "light"}, {320, "dark"}, {840, "dark"}, {1200, "dark"}}
)

// looks are those that the picture is taken in.
func (p picture) looks() []look {
	if p.only != nil {
		return slices.Concat(p.only, p.more)
	}
	return slices.Concat(usual, p.more)
}

// everyPicture is all of them, each part of the pages from a file of its own.
func everyPicture(w *world) []picture {
	return slices.Concat(learnerPictures(w), authorPictures(w), leadPictures(w), otherPictures(w), adminPictures(), operatingPictures(), accountPictures(w), identityPictures(w), recordPictures(w))
}

// TestPictures opens every page and state in a real browser, and looks at it at 320, 840 and 1200 pixels, light and dark, and with
// text twice as large. It fails when a page scrolls sideways, breaks its own policy, or the accessibility checker finds something.
// With CAIRN_PICTURES set to a folder it looks at each state in all six ways, which takes three times as long, and leaves the pictures of
// pages.md 6 there; otherwise each page is looked at in all six ways, shared among its states.
func TestPictures(t *testing.T) {
	folder := os.Getenv("CAIRN_PICTURES")
	browser := startBrowser(t)
	all := everyPicture(newWorld(t))
	for i, p := range all {
		t.Run(p.name, func(t *testing.T) {
			checked := matrix
			if folder == "" {
				checked = sample(all, i)
			}
			c := open(t, browser, p, checked[0])
			for _, l := range checked {
				c.check(l)
			}
			c.enlarge()
			if folder != "" {
				p.keep(t, browser, c, folder)
			}
		})
	}
}

// sample shares the matrix among the states of a page, so that each way of looking falls to one of them at least.
func sample(all []picture, i int) (out []look) {
	page := func(p picture) string {
		words := strings.SplitN(p.name, "-", 3)
		return strings.Join(words[:min(2, len(words))], "-")
	}
	states, own := 0, 0
	for j, p := range all {
		if page(p) == page(all[i]) {
			if j == i {
				own = states
			}
			states++
		}
	}
	shares := min(states, len(matrix))
	for c, l := range matrix {
		if c%shares == own%shares {
			out = append(out, l)
		}
	}
	return out
}

// TestSampleHoldsTheMatrix for every page: all six ways of looking, whatever the number of its states.
func TestSampleHoldsTheMatrix(t *testing.T) {
	for states := range 20 {
		var all []picture
		for i := range states {
			all = append(all, picture{name: fmt.Sprint("learner-page-", i)}, picture{name: fmt.Sprint("lead-page-", i)})
		}
		seen := map[look]bool{}
		for i := 0; i < len(all); i += 2 {
			looks := sample(all, i)
			if len(looks) == 0 {
				t.Errorf("%s of %d is looked at in no way", all[i].name, states)
			}
			for _, l := range looks {
				seen[l] = true
			}
		}
		if states > 0 && len(seen) != len(matrix) {
			t.Errorf("%d states are looked at in %d ways", states, len(seen))
		}
	}
}

// keep takes the picture in each of its looks, each time of a page that was opened so.
func (p picture) keep(t *testing.T, browser context.Context, c camera, folder string) {
	for _, l := range p.looks() {
		if l.width == a4 {
			c.take(l, folder)
			continue
		}
		open(t, browser, p, l).take(l, folder)
	}
}
