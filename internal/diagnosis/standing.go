package diagnosis

import (
	"slices"
	"strings"
)

// Standing is whether launches are taken at all.
func Standing(r Subject) Finding {
	f := Finding{Check: CheckStanding, Result: Good, Says: "enabled; deployments " + strings.Join(r.Deployments, ", ")}
	switch {
	case r.Disabled:
		f.Result, f.Says, f.Do = Bad, "disabled: every launch is refused", "cairn registration set "+r.ID+" --no-disabled"
	case r.AnyDeployment:
		f.Says = "enabled; any deployment is taken"
	case len(r.Deployments) == 0:
		f.Result, f.Says = Bad, "no deployment is known: every launch is refused"
		f.Do = "cairn registration set " + r.ID + " --deployment ID, with the deployment id that the LMS shows"
	}
	return f
}

// Frames is whether the LMS may show our pages.
func (c *Checker) Frames(r Subject) Finding {
	origins := r.Origins
	f := Finding{Check: CheckFrames, Result: Good, Says: "pages may be framed by " + strings.Join(origins, ", ")}
	if slices.Contains(sharedIssuers, strings.TrimSuffix(r.Issuer, "/")) && !r.OriginsGiven {
		f.Result, f.Says = Bad, "the issuer is one that many LMSs share, so its address is not the one that shows Cairn in a frame"
		f.Do = "cairn registration set " + r.ID + " --frame-origin https://YOUR-LMS --service-origin https://YOUR-LMS, with the address that people see in their browser"
		return f
	}
	for _, o := range origins {
		if strings.HasPrefix(o, "http://") && strings.HasPrefix(c.baseURL, "https://") && !strings.HasPrefix(o, "http://localhost") {
			f.Result, f.Says = Doubt, f.Says+"; one of them is plain http, where browsers give a frame no cookies and no storage"
			f.Do = "serve the LMS by https"
		}
	}
	return f
}

// sharedIssuers are issuers of more than one LMS: their address is none that frames pages.
var sharedIssuers = []string{"https://canvas.instructure.com", "https://canvas.beta.instructure.com", "https://canvas.test.instructure.com", "https://blackboard.com"}
