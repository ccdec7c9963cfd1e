package lti

import (
	"context"
	"slices"
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

// The checks of a launch, in their order: cheap ones before the network, the signature before any claim is trusted, the nonce spent only
// by a token that is genuine and timely. The first that fails ends the launch.
var (
	tokenChecks = []check{
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
	}
	nonceCheck = check{"the nonce is spent now, and never was", (*attempt).spendNonce}
	// messageChecks look at claims and nothing else, so that a launch that passes them can spend its nonce with what is kept of it.
	messageChecks = []check{
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
)

// LaunchChecks answers the names of the checks in their order (Security 5.1.3; Core 1.3, 5.3), for documents and pages of help.
func LaunchChecks() []string {
	var names []string
	for _, c := range slices.Concat(tokenChecks, []check{nonceCheck}, messageChecks) {
		names = append(names, c.Name)
	}
	return names
}

// pass runs checks up to the first that fails.
func (a *attempt) pass(ctx context.Context, checks []check) error {
	for _, c := range checks {
		if err := c.run(a, ctx); err != nil {
			return err
		}
	}
	return nil
}
