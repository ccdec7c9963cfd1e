package lti

import (
	"net/url"
	"slices"
	"strings"
)

// ToolDescription is what the tool tells platforms of itself (Dynamic Registration 3.5.2). Custom parameters may hold variables;
// Moodle cuts a value at '='.
type ToolDescription struct {
	Name        string
	Description string
	LogoURL     string // "" for none
	HomePage    string // "" for none
	Policy      string // address of the privacy policy, "" for none
	Terms       string // address of the terms of service, "" for none
	Contacts    []string
	Scopes      []string // asked for, as far as the platform offers them
	Claims      []string // of the person: "name", "given_name", "family_name", "email", "locale"; iss and sub go without saying
	Custom      map[string]string
	TargetURL   string // where a launch leads that names no target; "" means the base address
	PickerLabel string // of the deep linking message; "" leaves it out
	Review      bool   // submission review is shown
}

// ToolRegistration is the request for a registration (Dynamic Registration 3.5.2): what an administrator is shown before it is sent.
type ToolRegistration struct {
	ApplicationType string            `json:"application_type"`
	ResponseTypes   []string          `json:"response_types"`
	GrantTypes      []string          `json:"grant_types"`
	LoginURL        string            `json:"initiate_login_uri"`
	RedirectURIs    []string          `json:"redirect_uris"`
	Name            string            `json:"client_name"`
	KeySetURL       string            `json:"jwks_uri"`
	LogoURL         string            `json:"logo_uri,omitzero"`
	HomePage        string            `json:"client_uri,omitzero"`
	Policy          string            `json:"policy_uri,omitzero"`
	Terms           string            `json:"tos_uri,omitzero"`
	AuthMethod      string            `json:"token_endpoint_auth_method"`
	Contacts        []string          `json:"contacts,omitzero"`
	Scope           string            `json:"scope"`
	Tool            ToolConfiguration `json:"https://purl.imsglobal.org/spec/lti-tool-configuration"`
}

// ToolConfiguration is the part of a registration that is LTI's own (Dynamic Registration 3.5.3).
type ToolConfiguration struct {
	Domain       string            `json:"domain"`
	Description  string            `json:"description,omitzero"`
	TargetURL    string            `json:"target_link_uri"`
	Custom       map[string]string `json:"custom_parameters,omitzero"`
	Claims       []string          `json:"claims"`
	Messages     []ToolMessage     `json:"messages"`
	PrivacyLevel string            `json:"https://canvas.instructure.com/lti/privacy_level,omitzero"` // of Canvas
}

// ToolMessage is a message that the tool takes (Dynamic Registration 3.5.3).
type ToolMessage struct {
	Type           MessageType `json:"type"`
	TargetURL      string      `json:"target_link_uri,omitzero"`
	Label          string      `json:"label,omitzero"`
	Placements     []string    `json:"placements,omitzero"`
	SupportedTypes []string    `json:"supported_types,omitzero"`
}

// PlanRegistration makes the request for a platform, as its family wants it (Dynamic Registration 3.5.2). Nothing is sent.
func (r *Registrar) PlanRegistration(c PlatformConfiguration, about ToolDescription) ToolRegistration {
	return ToolRegistration{
		ApplicationType: "web", ResponseTypes: []string{"id_token"}, GrantTypes: []string{"implicit", GrantClientCredentials},
		LoginURL: r.URLs.Login, RedirectURIs: []string{r.URLs.Launch}, Name: about.Name, KeySetURL: r.URLs.KeySet, LogoURL: about.LogoURL,
		HomePage: about.HomePage, Policy: about.Policy, Terms: about.Terms, AuthMethod: "private_key_jwt", Contacts: about.Contacts,
		Scope: strings.Join(offered(about.Scopes, c.Scopes), " "), Tool: r.toolConfiguration(c, about),
	}
}

func (r *Registrar) toolConfiguration(c PlatformConfiguration, about ToolDescription) ToolConfiguration {
	v := variantOf(c.Family)
	target := about.TargetURL
	if target == "" {
		target = r.URLs.Base + "/"
	}
	out := ToolConfiguration{
		Domain: hostOf(r.URLs.Base), Description: about.Description, TargetURL: target, Custom: about.Custom,
		Claims: append([]string{"iss", "sub"}, about.Claims...), Messages: messages(v, c, about, target),
	}
	if v.privacyLevel {
		out.PrivacyLevel = privacyLevel(about.Claims)
	}
	return out
}

// messages asks for deep linking and submission review only where the platform speaks of them.
func messages(v variant, c PlatformConfiguration, about ToolDescription, target string) []ToolMessage {
	var out []ToolMessage
	if c.Supports(DeepLinkingRequest) {
		out = append(out, ToolMessage{
			Type: DeepLinkingRequest, TargetURL: target, Label: about.PickerLabel, Placements: v.deepLinking, SupportedTypes: []string{ItemResourceLink},
		})
	}
	if about.Review && v.review && c.Supports(SubmissionReviewRequest) {
		out = append(out, ToolMessage{Type: SubmissionReviewRequest, TargetURL: target})
	}
	resource := ToolMessage{Type: ResourceLinkRequest, Placements: v.resourceLink}
	if v.resourceLink != nil { // a placement is shown with a name, and leads somewhere
		resource.TargetURL, resource.Label = target, about.Name
	}
	return append(out, resource)
}

// privacyLevel is Canvas's word for the claims that are asked for.
func privacyLevel(claims []string) string {
	name := slices.ContainsFunc(claims, func(c string) bool { return strings.HasSuffix(c, "name") })
	switch email := slices.Contains(claims, "email"); {
	case name && email:
		return "public"
	case name:
		return "name_only"
	case email:
		return "email_only"
	}
	return "anonymous"
}

// offered keeps what the platform offers; one that tells nothing is asked for everything.
func offered(want, have []string) []string {
	if len(have) == 0 {
		return want
	}
	return slices.DeleteFunc(slices.Clone(want), func(s string) bool { return !slices.Contains(have, s) })
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
