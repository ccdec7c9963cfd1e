package lti

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

// ErrBaseURL says that the tool's own address cannot serve as one.
var ErrBaseURL = errors.New("lti: the tool's address must be an absolute http or https URL without query, fragment and user")

// URLs are the tool's own addresses, as a platform registers them (Security 5.1.1). Make them by NewURLs.
type URLs struct {
	Base     string // without a slash at the end
	Login    string // OIDC initiation
	Launch   string // redirect_uri
	KeySet   string // the tool's public keys
	Register string // where dynamic registration begins, with an invitation

	origin string
	prefix string // path of Base
}

// NewURLs derives the addresses that a registration names (Security 5.1.1.1, 6.3; Dynamic Registration 3.3) from the base under which the
// tool is reached: Base/lti/login, /lti/launch, /lti/keys and /lti/register.
// ErrBaseURL.
func NewURLs(base string) (URLs, error) {
	base = strings.TrimRight(base, "/")
	u, err := url.Parse(base)
	if err != nil || webAddress(base) == "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return URLs{}, fmt.Errorf("%w: %q", ErrBaseURL, base)
	}
	return URLs{
		Base: base, Login: base + "/lti/login", Launch: base + "/lti/launch", KeySet: base + "/lti/keys", Register: base + "/lti/register",
		origin: originOf(u), prefix: u.Path,
	}, nil
}

// Ours says whether a target_link_uri (Core 1.3, 5.3.4) is an address of this tool: same scheme, host and port, a path under the base's, judged on
// the parsed address and never by how the text begins.
func (u URLs) Ours(target string) bool {
	t, err := url.Parse(target)
	if err != nil || webAddress(target) == "" || strings.ContainsAny(target, "\\\t\r\n ") || t.Fragment != "" {
		return false
	}
	if originOf(t) != u.origin || u.origin == "" {
		return false
	}
	p := t.Path
	if p == "" {
		p = "/"
	}
	if strings.Contains(p, "//") || path.Clean(p) != strings.TrimRight(p, "/") && p != "/" {
		return false // dots and empty segments would be read differently by others
	}
	return p == u.prefix || strings.HasPrefix(p, u.prefix+"/")
}

// originOf answers scheme, host and port of an absolute address, in lower case and with the port always told; "" when it has none.
func originOf(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if host == "" {
		return ""
	}
	scheme := strings.ToLower(u.Scheme)
	if port == "" {
		switch scheme {
		case "https":
			port = "443"
		case "http":
			port = "80"
		default:
			return ""
		}
	}
	return scheme + "://" + host + ":" + port
}

// sameOrigin says whether the address has one of the origins.
func sameOrigin(address *url.URL, origins ...string) bool {
	own := originOf(address)
	for _, o := range origins {
		if u, err := url.Parse(o); err == nil && own != "" && originOf(u) == own {
			return true
		}
	}
	return false
}
