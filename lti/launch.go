package lti

import (
	"context"
	"errors"
	"time"
)

// attempt is one launch on its way through the checks.
type attempt struct {
	tool    *Tool
	form    LaunchForm
	browser string
	now     time.Time

	token  *compactToken
	login  Login
	reg    Registration
	claims *idToken
	needs  needs // of the type of message
}

// check is one step of a launch.
type check struct {
	Name string
	run  func(*attempt, context.Context) error
}

// launchChecks are the checks of a launch in their order: cheap ones before the network, the signature before any claim is trusted,
// the nonce spent only by a token that is genuine and timely. The first that fails ends the launch.
var launchChecks = []check{
	{"the form has a token and a state", (*attempt).checkForm},
	{"the token is a compact JWS of bounded size", (*attempt).checkCompact},
	{"the header is plain", (*attempt).checkHeader},
	{"the algorithm is RS256", (*attempt).checkAlgorithm},
	{"the key is named", (*attempt).checkKeyID},
	{"the state is known and unspent", (*attempt).checkState},
	{"the state has not expired", (*attempt).checkStateExpiry},
	{"the state is bound to this browser", (*attempt).checkBrowser},
	{"the registration stands", (*attempt).checkRegistration},
	{"the claims can be read", (*attempt).checkClaims},
	{"the issuer is the registration's", (*attempt).checkIssuer},
	{"the audience is the registration's", (*attempt).checkAudience},
	{"the signature is the platform's", (*attempt).checkSignature},
	{"the times are right", (*attempt).checkTimes},
	{"the nonce is this login's", (*attempt).checkNonce},
	{"the nonce is spent now, and never was", (*attempt).spendNonce},
	{"the version is 1.3.0", (*attempt).checkVersion},
	{"the message type is taken", (*attempt).checkMessageType},
	{"the deployment is the registration's", (*attempt).checkDeployment},
	{"the target is the login's, and ours", (*attempt).checkTarget},
	{"the roles are a list", (*attempt).checkRoles},
	{"the resource link has an id", (*attempt).checkResourceLink},
	{"the context has an id", (*attempt).checkContext},
	{"the deep linking settings are there", (*attempt).checkDeepLinking},
	{"a review names its person and line item", (*attempt).checkReview},
	{"the person is named where needed", (*attempt).checkSubject},
}

// LaunchChecks answers the names of the checks in their order, for documents and pages of help.
func LaunchChecks() []string {
	names := make([]string, len(launchChecks))
	for i, c := range launchChecks {
		names[i] = c.Name
	}
	return names
}

// Launch judges what the platform posted (Security 5.1.3; Core 1.3, 5.3). browser is the hash of the value this browser holds, ""
// when it brought none. It answers a *Refusal when a rule of launch is broken, any other error when the tool itself failed, and a
// Launch only when every check passed; the state and nonce are spent then, for all processes.
func (t *Tool) Launch(ctx context.Context, form LaunchForm, browser string) (*Launch, error) {
	a := &attempt{tool: t, form: form, browser: browser, now: t.Now()}
	for _, c := range launchChecks {
		if err := c.run(a, ctx); err != nil {
			return nil, a.named(err)
		}
	}
	return message(a.claims, a.reg, a.login), nil
}

// named adds the registration to a refusal, once the state told which it is.
func (a *attempt) named(err error) error {
	var r *Refusal
	if errors.As(err, &r) && r.Registration == "" {
		r.Registration = a.login.Registration
	}
	return err
}
