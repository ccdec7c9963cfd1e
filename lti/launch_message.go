package lti

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// The tolerances of times: clocks may differ by the leeway; nobody takes longer than maxAge from token to launch.
const (
	leeway = 60 * time.Second
	maxAge = 10 * time.Minute
)

// maxID is the longest identifier of a person, link, context or deployment, in characters (Core 5.3.3, 5.3.5, 5.3.6, 5.4.1).
const maxID = 255

func (a *attempt) checkTimes(context.Context) error {
	exp, iat, nbf := a.claims.Expires, a.claims.IssuedAt, a.claims.NotBefore
	switch {
	case !exp.present || !iat.present || exp.wrong || iat.wrong || nbf.wrong:
		return refuse(ErrTimes, "")
	case !a.now.Before(exp.time.Add(leeway)):
		return refuse(ErrExpired, fmt.Sprintf("%s ago", a.now.Sub(exp.time).Round(time.Second)))
	case iat.time.After(a.now.Add(leeway)):
		return refuse(ErrIssuedInFuture, fmt.Sprintf("%s ahead", iat.time.Sub(a.now).Round(time.Second)))
	case nbf.present && nbf.time.After(a.now.Add(leeway)):
		return refuse(ErrNotYetValid, fmt.Sprintf("%s ahead", nbf.time.Sub(a.now).Round(time.Second)))
	case a.now.Sub(iat.time) > maxAge:
		return refuse(ErrTooOld, fmt.Sprintf("%s old", a.now.Sub(iat.time).Round(time.Second)))
	}
	return nil
}

func (a *attempt) checkNonce(context.Context) error {
	nonce := a.claims.Nonce
	if !nonce.good() || nonce.value == "" {
		return refuse(ErrNonceMissing, "")
	}
	if subtle.ConstantTimeCompare([]byte(nonce.value), []byte(a.login.Nonce)) != 1 {
		return refuse(ErrNonceMismatch, "")
	}
	return nil
}

// spendNonce lets the store decide, so that of two equal launches one is refused in any process.
func (a *attempt) spendNonce(ctx context.Context) error {
	err := a.tool.Logins.SpendLogin(ctx, a.login.State)
	if refused := nonceRefusal(err); refused != nil {
		return refused
	}
	if err != nil {
		return fmt.Errorf("lti: spend the nonce of a launch: %w", err)
	}
	return nil
}

// nonceRefusal is the refusal of a launch whose login could not be spent, nil when that is not what the error says.
func nonceRefusal(err error) error {
	switch {
	case errors.Is(err, ErrNonceSpent), errors.Is(err, ErrStateSpent):
		return refuse(ErrNonceSpent, "")
	case errors.Is(err, ErrStateUnknown):
		return refuse(ErrStateUnknown, "swept while the launch was judged")
	}
	return nil
}

func (a *attempt) checkVersion(context.Context) error {
	if v := a.claims.Version; !v.good() || v.value != Version {
		return refuse(ErrVersion, "version "+quote(v.value))
	}
	return nil
}

func (a *attempt) checkMessageType(context.Context) error {
	got := a.claims.MessageType
	if got.null() {
		return refuse(ErrMessageTypeMissing, "")
	}
	taken := a.tool.Messages
	if taken == nil {
		taken = []MessageType{ResourceLinkRequest}
	}
	kind := MessageType(got.value)
	needs, known := messageTypes[kind]
	if got.wrong || !slices.Contains(taken, kind) || !known {
		return refuse(ErrMessageType, "message_type "+quote(got.value))
	}
	a.needs = needs
	return nil
}

func (a *attempt) checkDeployment(context.Context) error {
	id := a.claims.Deployment
	if !identifier(id) {
		return refuse(ErrDeploymentMissing, "")
	}
	if !a.reg.AnyDeployment && !slices.Contains(a.reg.Deployments, id.value) {
		return refuse(ErrDeployment, "deployment_id "+quote(id.value))
	}
	return nil
}

// checkTarget asks for the claim but for deep linking requests, which may leave it out, never differ.
func (a *attempt) checkTarget(context.Context) error {
	target := a.claims.TargetLinkURI
	if target.null() && !a.needs.target {
		return nil
	}
	if !target.good() || target.value == "" {
		return refuse(ErrTargetMissing, "")
	}
	if target.value != a.login.TargetLinkURI {
		return refuse(ErrTargetMismatch, "target_link_uri "+quote(withoutQuery(target.value)))
	}
	if !a.tool.URLs.Ours(target.value) {
		return refuse(ErrTarget, "target_link_uri "+quote(withoutQuery(target.value)))
	}
	return nil
}

func (a *attempt) checkRoles(context.Context) error {
	if !a.claims.Roles.present {
		return refuse(ErrRolesMissing, "")
	}
	if a.claims.Roles.wrong {
		return refuse(ErrRoles, "")
	}
	return nil
}

func (a *attempt) checkResourceLink(context.Context) error {
	link := &a.claims.ResourceLink
	if !a.needs.link && (!link.present || a.needs.settings) {
		return nil
	}
	if !link.present {
		return refuse(ErrResourceLinkMissing, "")
	}
	if link.wrong || !identifier(link.value.ID) {
		return refuse(ErrResourceLink, "")
	}
	return nil
}

// checkContext asks for an id where there is a context; there need be none.
func (a *attempt) checkContext(context.Context) error {
	if c := &a.claims.Context; c.present && (c.wrong || !identifier(c.value.ID)) {
		return refuse(ErrContext, "")
	}
	return nil
}

func (a *attempt) checkDeepLinking(context.Context) error {
	if !a.needs.settings {
		return nil
	}
	settings := &a.claims.DeepLinking
	if !settings.good() || webAddress(settings.value.ReturnURL.value) == "" {
		return refuse(ErrDeepLinking, "")
	}
	return nil
}

// checkReview asks a submission review for the person and the line item it is about.
func (a *attempt) checkReview(context.Context) error {
	if !a.needs.review {
		return nil
	}
	if f := &a.claims.ForUser; !f.good() || !identifier(f.value.UserID) {
		return refuse(ErrForUser, "")
	}
	if e := &a.claims.Endpoint; !e.good() || webAddress(e.value.LineItem.value) == "" {
		return refuse(ErrReviewLineItem, "")
	}
	return nil
}

// checkSubject lets a resource link be launched by nobody: such a launch is anonymous, and nothing of it is recorded.
func (a *attempt) checkSubject(context.Context) error {
	sub := a.claims.Subject
	if sub.null() {
		if a.needs.anonymous {
			return nil
		}
		return refuse(ErrSubjectMissing, "")
	}
	if !identifier(sub) {
		return refuse(ErrSubject, fmt.Sprintf("%d characters", utf8.RuneCountInString(sub.value)))
	}
	return nil
}

// identifier says whether a claim is a text of 1 to 255 characters without control characters.
func identifier(c text) bool {
	if !c.good() || c.value == "" || utf8.RuneCountInString(c.value) > maxID {
		return false
	}
	for _, r := range c.value {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}
