package web_test

import (
	"context"
	"fmt"
	"os"
	"slices"
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
	return slices.Concat(learnerPictures(w), authorPictures(w), leadPictures(w), otherPictures(w), adminPictures(), operatingPictures(), accountPictures(w), identityPictures(w))
}

// TestPictures opens every page and state in a real browser, and looks at it at 320, 840 and 1200 pixels, light and dark. It fails
// when a page scrolls sideways, breaks its own policy, or the accessibility checker finds something.
// With CAIRN_PICTURES set to a folder it also leaves the pictures of pages.md 6 there, to be looked at.
func TestPictures(t *testing.T) {
	folder := os.Getenv("CAIRN_PICTURES")
	browser := startBrowser(t)
	for _, p := range everyPicture(newWorld(t)) {
		t.Run(p.name, func(t *testing.T) {
			c := open(t, browser, p, matrix[0])
			for _, l := range matrix {
				c.check(l)
			}
			if folder != "" {
				p.keep(t, browser, c, folder)
			}
		})
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
