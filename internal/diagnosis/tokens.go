package diagnosis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cairn/lti"
)

// wantedScopes are what Cairn asks of an LMS, and what is missing without each.
var wantedScopes = []struct{ scope, without string }{
	{lti.ScopeScore, "no scores reach the gradebook"},
	{lti.ScopeLineItem, "no gradebook columns can be made"},
	{lti.ScopeResultReadOnly, "scores cannot be read back"},
	{lti.ScopeMembership, "rosters cannot be read"},
}

// Token is whether the LMS gives access tokens, and for what.
func (c *Checker) Token(ctx context.Context, r Subject) Finding {
	f := Finding{Check: CheckTokens, Result: Skipped}
	if r.TokenEndpoint == "" {
		f.Says, f.Do = "no access token URL is registered: no scores, no rosters", "if the LMS has one, cairn registration set "+r.ID+" --token-url URL"
		f.Why = NotOffered
		return f
	}
	if c.tokens == nil {
		f.Says, f.Do = "the tool's key is not at hand: "+c.noKey, "run the doctor with the CAIRN_TOOL_KEY_FILE and CAIRN_KEY_SECRET of the server"
		f.Why = NoKey
		return f
	}
	var granted, missing []string
	var failure error
	for _, w := range wantedScopes {
		switch _, err := c.tokens.Token(ctx, r.Registration, w.scope); {
		case err == nil:
			granted = append(granted, shortScope(w.scope))
			f.Granted = granted
		case aboutScope(err):
			f.Missing = append(f.Missing, shortScope(w.scope))
			missing = append(missing, shortScope(w.scope)+" ("+w.without+")")
		default:
			failure = err
		}
	}
	switch {
	case failure != nil && len(granted) == 0:
		return c.noToken(r, failure)
	case len(missing) == 0 && failure == nil:
		f.Result, f.Says = Good, "given for "+strings.Join(granted, ", ")
	default:
		f.Why = Scopes
		f.Result, f.Says = Doubt, fmt.Sprintf("given for: %s; missing: %s", cmp.Or(strings.Join(granted, ", "), "nothing"), strings.Join(missing, ", "))
		f.Do = "in the LMS's settings of this tool allow Assignment and Grade Services and Names and Role Provisioning"
		if failure != nil {
			f.Says += "; and once: " + failure.Error()
		}
	}
	return f
}

// aboutScope says whether a token was refused for its scope alone. Moodle answers 401 to it, others 400, with a word of OAuth 2.0
// (RFC 6749, 5.2).
func aboutScope(err error) bool {
	var refused *lti.ServiceError
	return errors.Is(err, lti.ErrScopeRefused) || errors.As(err, &refused) && strings.Contains(strings.ToLower(refused.Reason), "scope")
}

// noToken is the finding when the LMS gives none at all.
func (c *Checker) noToken(r Subject, err error) Finding {
	f := Finding{Check: CheckTokens, Result: Bad, Why: whyNot(err), Says: "the LMS gives none: " + strings.TrimPrefix(err.Error(), "lti: ")}
	var refused *lti.ServiceError
	if errors.As(err, &refused) && refused.Status/100 == 4 && refused.Status != http.StatusNotFound {
		f.Why = Rejected
		f.Do = fmt.Sprintf("the LMS does not accept our signature: from its own server it must be able to read %s/lti/keys (host, port and certificate), the client id must be %q, "+
			"a tool that registered itself must be switched on there, and some LMSs want another audience (cairn registration set %s --token-audience)", cmp.Or(c.baseURL, "CAIRN_BASE_URL"), r.ClientID, r.ID)
		return f
	}
	f.Do = reach(err, "check the access token URL "+r.TokenEndpoint+", and that this machine can reach it")
	return f
}

func shortScope(scope string) string { return scope[strings.LastIndex(scope, "/")+1:] }
