package web

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// requestIDHeader carries the code that page, header and log share.
const requestIDHeader = "X-Request-Id"

// setHeaders gives every answer its policies: nothing inline, no foreign source, framed by registered platforms only, no
// address handed on, nothing kept.
func (s *site) setHeaders(w http.ResponseWriter, v *visit, out answer) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'")
	if out.kind == htmlKind {
		h.Set("Content-Security-Policy", s.policy(v))
	}
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set(requestIDHeader, v.id)
	h.Set("Cache-Control", "no-store")
	if out.cache != "" {
		h.Set("Cache-Control", out.cache)
	}
	if out.kind != "" {
		h.Set("Content-Type", out.kind)
	}
	if out.download != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": out.download}))
	}
}

// policy is that of a page. Files and redirects are never framed and need none.
func (s *site) policy(v *visit) string {
	origins := v.origins
	if v.origins == nil {
		// Nothing said yet which platform shows us. When they cannot be read, only our own origin may.
		if all, err := s.Registrations.FrameOrigins(v.Context()); err == nil {
			origins = cleanOrigins(all)
		}
	}
	inner := "default-src 'none'"
	if v.source != "" {
		inner += "; frame-src " + v.source
	}
	if v.session != nil {
		inner += "; connect-src 'self'" // what the script asks again
	}
	return strings.Join([]string{
		inner, "style-src 'self'", "script-src 'self'", "img-src 'self'", "base-uri 'none'",
		"form-action " + v.formTarget, "frame-ancestors " + strings.Join(append([]string{"'self'"}, origins...), " "),
	}, "; ")
}

// frameOrigins answers which origins may frame the pages of a registration: the issuer's, when none are configured.
func frameOrigins(r Registration) []string {
	if len(r.FrameOrigins) == 0 {
		return cleanOrigins([]string{r.Issuer})
	}
	return cleanOrigins(r.FrameOrigins)
}

// cleanOrigins keeps what is an http or https address, cut to its origin, so that no entry can widen the policy. It never
// answers nil.
func cleanOrigins(raw []string) []string {
	out := []string{}
	for _, o := range raw {
		if origin := originOf(o); origin != "" && !slices.Contains(out, origin) {
			out = append(out, origin)
		}
	}
	slices.Sort(out)
	return out
}

// originOf answers scheme, host and port of an http or https address in lower case, "" for anything else.
func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" ||
		strings.ContainsAny(u.Host, "*;,'\" ") {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}
