package main

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// startDemoAt runs the demo beside the test, with a clock that begins at a moment, so that its pictures are the same every day.
func startDemoAt(t *testing.T, moment time.Time) demoAddresses {
	t.Helper()
	began := time.Now()
	clock := func() time.Time { return moment.Add(time.Since(began)) }
	ctx, cancel := context.WithCancel(context.Background())
	d, err := startDemo(ctx, &program{ctx: ctx, out: io.Discard, now: clock}, "127.0.0.1:0", "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.server.run(ctx, d.listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
	return demoAddresses{LMS: d.lms.Issuer(), Cairn: d.server.BaseURL}
}

// TestPagesInTheirFrame looks at the whole page of the LMS around Cairn (pages.md 2.1 "In a frame"): the frame is as high as the page
// in it, so that only the LMS's page scrolls, and it is light whatever the device likes.
func TestPagesInTheirFrame(t *testing.T) {
	at := startDemoAt(t, time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC))
	b := openTab(t)
	b.wide(1200)
	b.logIn(at, "Lena Learner")
	b.openCairn(at, "Which of these are like your work?")
	b.press(true, "Show all, without choosing")
	b.sees(true, "My capabilities")
	b.visit(at.LMS + "/course/view.php?id=2")
	b.press(false, "What machine learning can and cannot do")
	b.sees(false, "Done")
	b.visit(at.LMS + "/course/view.php?id=2")
	b.press(false, "Judging an AI tool")
	b.sees(false, "Answer and submit")
	b.press(false, "Answer and submit")
	b.sees(false, "Your best score")
	b.openCairn(at, "My capabilities", "1 of")
	b.fits("lms-frame-learner")

	b.logIn(at, "Aoife Author")
	b.openCairn(at, "People")
	b.press(true, "Tags")
	b.sees(true, "Tags: 6.1", "level 2", "Judging an AI tool")
	b.fits("lms-frame-grid")
}

func (b tab) wide(width int64) {
	b.Helper()
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900)); err != nil {
		b.Fatal(err)
	}
}

// fits fails when the frame scrolls, or the page around it does so sideways, at each width; the widest is kept as a picture.
func (b tab) fits(name string) {
	b.Helper()
	for _, width := range []int64{320, 840, 1200} {
		b.wide(width)
		eventually(b.T, name+": the frame is as high as its page", func() bool {
			text, err := b.in(true, `String(document.documentElement.scrollHeight - document.documentElement.clientHeight)`)
			return err == nil && text == "0"
		})
		for framed, what := range map[bool]string{true: "the page in the frame", false: "the LMS's page"} {
			text, err := b.in(framed, `String(document.documentElement.scrollWidth <= document.documentElement.clientWidth)`)
			if err != nil || text != "true" {
				b.Errorf("%s: %s scrolls sideways at %d (%v)", name, what, width, err)
			}
		}
	}
	color, err := b.in(true, `getComputedStyle(document.body).backgroundColor`)
	if err != nil || color != "rgb(255, 255, 255)" {
		b.Errorf("%s: the page in the frame is %s (%v)", name, color, err)
	}
	b.picture(name + "-1200-light")
}
