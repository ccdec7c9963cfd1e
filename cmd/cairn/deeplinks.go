package main

import (
	"context"
	"crypto/rand"

	"cairn/internal/sqlstore"
	"cairn/lti"
)

// messages is what the tool takes: links that are launched, requests to pick something for a course, and to review what was graded.
var messages = []lti.MessageType{lti.ResourceLinkRequest, lti.DeepLinkingRequest, lti.SubmissionReviewRequest}

// deepLinks is web.DeepLinks: it finds the registration and signs.
type deepLinks struct {
	wiring
	store *sqlstore.Store
	urls  lti.URLs
}

// AnswerDeepLinking makes the form that brings what was picked to the platform.
func (d deepLinks) AnswerDeepLinking(ctx context.Context, registration string, l *lti.Launch, a lti.DeepLinkingAnswer) (lti.DeepLinkingForm, error) {
	reg, err := d.store.Registration(ctx, registration)
	if err != nil {
		return lti.DeepLinkingForm{}, err
	}
	l.Registration = reg
	tool := &lti.Tool{URLs: d.urls, Now: d.now, Rand: rand.Reader}
	return tool.AnswerDeepLinking(l, a, d.keys.signing())
}
