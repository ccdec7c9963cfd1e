// Package ltitest is a whole LTI 1.3 platform in memory, in the manner of net/http/httptest: login initiation, authorization,
// key set, access tokens (private_key_jwt), deep linking, dynamic registration, submission review, platform storage, line items,
// scores, results, roster, a gradebook, and the pages of a small pretend LMS whose activities send xAPI statements as Moodle's
// logstore_xapi plugin does. Tests, benchmarks and the demo use the same
// code. What real platforms do differently from the specifications are named quirks of a Profile: Profiles answers one for Moodle,
// Canvas, Blackboard, D2L, Sakai, Open edX, and a strict one.
//
// A test makes a Platform with New, adds users, courses, tools and links, starts it, and launches:
//
//	p := ltitest.New(ltitest.Config{Now: clock})
//	ltitest.Sample(p, ltitest.Tool{LoginURL: tool + "/lti/login", ...})
//	if err := p.Start(); err != nil { ... }
//	defer p.Close()
//	res, err := p.Launch(ctx, ltitest.NewBrowser(ltitest.AllCookies), "4", "1")
//
// The platform keeps everything in memory, forgets it when the process ends, and is safe for concurrent use.
package ltitest
