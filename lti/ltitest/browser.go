package ltitest

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// CookiePolicy is which cookies of the tool a browser keeps while the tool is in a frame of another site.
type CookiePolicy int

// The policies, from the most to the least generous.
const (
	AllCookies      CookiePolicy = iota // an older browser, or the tool in a window of its own
	PartitionedOnly                     // third-party cookies blocked: only Partitioned ones come back
	NoCookies                           // nothing comes back
)

// Jar is a cookie jar with a policy.
type Jar struct {
	jar    *cookiejar.Jar
	mu     sync.Mutex
	policy CookiePolicy
}

// NewBrowser makes a client with a cookie jar of the policy. It has no timeout: the context of each request decides.
func NewBrowser(policy CookiePolicy) *http.Client {
	return &http.Client{Jar: &Jar{jar: must(cookiejar.New(nil)), policy: policy}}
}

// SetCookies keeps what the policy lets through.
func (j *Jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	policy := j.policy
	j.mu.Unlock()
	var kept []*http.Cookie
	for _, c := range cookies {
		if policy == AllCookies || policy == PartitionedOnly && c.Partitioned && c.Secure {
			kept = append(kept, c)
		}
	}
	j.jar.SetCookies(u, kept)
}

// Cookies answers what is sent to u.
func (j *Jar) Cookies(u *url.URL) []*http.Cookie { return j.jar.Cookies(u) }

// openWindow makes the tool the top-level site from here on, where every cookie is kept.
func (j *Jar) openWindow() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.policy = AllCookies
}

// Form is one form of an HTML page.
type Form struct {
	Action  *url.URL
	Method  string     // upper case
	Target  string     // "_blank" opens a window
	Fields  url.Values // what is sent whichever button is pressed: boxes that are not ticked are not in it
	Buttons url.Values // of which a browser sends the pressed one
}

var scripts = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<!--.*?-->`)

// Forms reads the forms of a page, and links that open a window as forms without fields. Addresses are resolved against base.
// It reads what well-formed server pages need and no more: no scripts, selects or text areas.
func Forms(page []byte, base *url.URL) ([]Form, error) {
	d := xml.NewDecoder(strings.NewReader(scripts.ReplaceAllString(string(page), "")))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var out []Form
	open := -1
	for {
		token, err := d.RawToken()
		if token == nil {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("read the page: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch name := strings.ToLower(t.Name.Local); {
			case name == "form" || name == "a" && attribute(t, "target") == "_blank":
				form, err := newForm(t, base)
				if err != nil {
					return out, err
				}
				out = append(out, form)
				if name == "form" {
					open = len(out) - 1
				}
			case (name == "input" || name == "button") && open >= 0:
				out[open].add(t, name == "button")
			}
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "form") {
				open = -1
			}
		}
	}
}

// add takes in one input or button (HTML Standard, constructing the entry list).
func (f *Form) add(t xml.StartElement, button bool) {
	name, value, kind := attribute(t, "name"), attribute(t, "value"), strings.ToLower(attribute(t, "type"))
	switch {
	case name == "" || has(t, "disabled") || kind == "reset" || kind == "button" || kind == "file":
	case button || kind == "submit" || kind == "image":
		f.Buttons.Add(name, value)
	case kind != "checkbox" && kind != "radio":
		f.Fields.Add(name, value)
	case has(t, "checked") && has(t, "value"):
		f.Fields.Add(name, value)
	case has(t, "checked"):
		f.Fields.Add(name, "on")
	}
}

func newForm(t xml.StartElement, base *url.URL) (Form, error) {
	address := or(attribute(t, "action"), attribute(t, "href"))
	action, err := base.Parse(address)
	if err != nil {
		return Form{}, fmt.Errorf("read the form's action %q: %w", address, err)
	}
	method := strings.ToUpper(or(attribute(t, "method"), http.MethodGet))
	return Form{Action: action, Method: method, Target: attribute(t, "target"), Fields: url.Values{}, Buttons: url.Values{}}, nil
}

func has(t xml.StartElement, name string) bool {
	return slices.ContainsFunc(t.Attr, func(a xml.Attr) bool { return strings.EqualFold(a.Name.Local, name) })
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if strings.EqualFold(a.Name.Local, name) {
			return a.Value
		}
	}
	return ""
}
