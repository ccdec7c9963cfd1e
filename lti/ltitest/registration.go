package ltitest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/lestrrat-go/jwx/v2/jwa"
)

// regToken is one registration token handed out.
type regToken struct {
	client string // of the tool to come
	tool   string // the tool to update; "" for a new one
	until  time.Time
	used   bool
}

const regTokenLife = time.Hour

// RegistrationURL is where the platform sends an administrator who pasted a tool's registration address: the address with the
// platform's configuration and a token for one registration (Dynamic Registration 1.0, section 3.3).
func (p *Platform) RegistrationURL(address string) string {
	client := p.random(8)
	return p.startURL(address, client, "reg", regToken{client: client})
}

// UpdateURL is the same for a tool that is registered already; on Moodle the token can be used again. ErrUnknownTool.
func (p *Platform) UpdateURL(tool, address string) (string, error) {
	p.mu.Lock()
	t := p.tools[tool]
	p.mu.Unlock()
	if t == nil {
		return "", fmt.Errorf("update tool %q: %w", tool, ErrUnknownTool)
	}
	return p.startURL(address, tool, "reg-update", regToken{client: t.ClientID, tool: tool}), nil
}

func (p *Platform) startURL(address, subject, scope string, k regToken) string {
	now := p.config.Now()
	k.until = now.Add(regTokenLife)
	token := must(Token{
		Header:    map[string]any{"typ": "JWT", "alg": "RS256", "kid": p.keyID},
		Claims:    map[string]any{"sub": subject, "scope": scope, "iat": now.Unix(), "exp": k.until.Unix(), "jti": p.random(4)},
		Algorithm: jwa.RS256, Key: p.key,
	}.Compact())
	p.mu.Lock()
	p.registrations[token] = &k
	p.mu.Unlock()
	mark := "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	query := url.Values{"openid_configuration": {p.issuer + "/mod/lti/openid-configuration.php"}, "registration_token": {token}}
	if p.profile.NoRegistrationToken {
		query = url.Values{"openid_configuration": {p.issuer + "/mod/lti/openid-configuration.php?registration=" + url.QueryEscape(token)}}
	}
	return address + mark + query.Encode()
}

// Activate is the administrator switching on a tool that registered itself. ErrUnknownTool.
func (p *Platform) Activate(tool string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tools[tool]
	if t == nil {
		return fmt.Errorf("activate tool %q: %w", tool, ErrUnknownTool)
	}
	t.Pending = false
	return nil
}

// Tools answers all tools, in the order of their ids.
func (p *Platform) Tools() []Tool {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Tool
	for _, t := range p.tools {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Tool) int { return byID(a.ID, b.ID) })
	return out
}

// registrationInput is the request of a tool (Dynamic Registration 1.0, section 3.5.2).
type registrationInput struct {
	Application string   `json:"application_type"`
	Responses   []string `json:"response_types"`
	Grants      []string `json:"grant_types"`
	Login       string   `json:"initiate_login_uri"`
	Redirects   []string `json:"redirect_uris"`
	Name        string   `json:"client_name"`
	Keys        string   `json:"jwks_uri"`
	Logo        string   `json:"logo_uri,omitzero"`
	Auth        string   `json:"token_endpoint_auth_method"`
	Scope       string   `json:"scope"`
	Tool        struct {
		Domain      string            `json:"domain"`
		Description string            `json:"description"`
		Target      string            `json:"target_link_uri"`
		Custom      map[string]string `json:"custom_parameters"`
		Claims      []string          `json:"claims"`
		Messages    []toolMessage     `json:"messages"`
		Privacy     string            `json:"https://canvas.instructure.com/lti/privacy_level"`
	} `json:"https://purl.imsglobal.org/spec/lti-tool-configuration"`
}

type toolMessage struct {
	Type       string   `json:"type"`
	Target     string   `json:"target_link_uri,omitzero"`
	Label      string   `json:"label,omitzero"`
	Placements []string `json:"placements,omitzero"`
}

// register answers the registration endpoint.
func (p *Platform) register(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 256<<10))
	authorization := r.Header.Get("Authorization")
	if p.profile.NoRegistrationToken {
		authorization = "Bearer " + r.URL.Query().Get("registration")
	}
	answer, status, err := p.enter(authorization, body)
	client, _ := answer["client_id"].(string)
	p.recordBody(r, "registration", client, status, string(body))
	switch {
	case err == nil:
		writeJSON(w, status, typeJSON+utf8Suffix, answer)
	case p.profile.PlainRegistrationErrors:
		w.Header().Set("Content-Type", typeHTML+utf8Suffix)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, err.Error())
	default:
		writeJSON(w, status, typeJSON, map[string]any{"error": "invalid_client_metadata", "error_description": err.Error()})
	}
}

// enter checks token and request, and keeps the tool.
func (p *Platform) enter(authorization string, body []byte) (map[string]any, int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k, status, err := p.checkRegToken(authorization)
	if err != nil {
		return nil, status, err
	}
	var in registrationInput
	if json.Unmarshal(body, &in) != nil {
		return nil, http.StatusBadRequest, errors.New("invalid_registration")
	}
	if err := in.check(); err != nil {
		return nil, http.StatusBadRequest, err
	}
	if p.profile.Name == "canvas" && in.Tool.Privacy == "" {
		return nil, http.StatusUnprocessableEntity, errors.New("privacy_level")
	}
	k.used = k.tool == "" || !p.profile.ReusableUpdateToken
	t := p.registered(k, in)
	status = http.StatusCreated
	if p.profile.RegistrationAnswers200 {
		status = http.StatusOK
	}
	return p.registrationAnswer(t, in), status, nil
}

func (p *Platform) checkRegToken(authorization string) (*regToken, int, error) {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	k := p.registrations[token]
	switch {
	case !ok || token == "":
		return nil, http.StatusUnauthorized, errors.New("missing_registration_token")
	case k == nil || !p.config.Now().Before(k.until):
		return nil, http.StatusUnauthorized, errors.New("invalid_registration_token")
	case k.used:
		return nil, http.StatusUnauthorized, errors.New("token_already_used")
	}
	return k, 0, nil
}

// check asks for what the specification requires of a tool.
func (in registrationInput) check() error {
	switch {
	case in.Application != "web" || in.Auth != "private_key_jwt":
		return errors.New("application_type or token_endpoint_auth_method")
	case !slices.Contains(in.Responses, "id_token"):
		return errors.New("response_types")
	case !slices.Contains(in.Grants, "implicit") || !slices.Contains(in.Grants, "client_credentials"):
		return errors.New("grant_types")
	case in.Login == "" || len(in.Redirects) == 0 || in.Keys == "" || in.Name == "":
		return errors.New("initiate_login_uri, redirect_uris, jwks_uri or client_name")
	case in.Tool.Domain == "" || in.Tool.Target == "" || !slices.Contains(in.Tool.Claims, "sub") || len(in.Tool.Messages) == 0:
		return errors.New("domain, target_link_uri, claims or messages")
	case !strings.HasPrefix(in.Tool.Target, "http://"+in.Tool.Domain) && !strings.HasPrefix(in.Tool.Target, "https://"+in.Tool.Domain):
		return errors.New("target_link_uri is not of the domain")
	}
	return nil
}

// registered adds the tool or changes the one the token is for.
func (p *Platform) registered(k *regToken, in registrationInput) *Tool {
	t := &Tool{ClientID: k.client, Pending: p.profile.PendingTools}
	if k.tool != "" {
		kept := *p.tools[k.tool]
		t = &kept
	} else {
		for n := 1; t.ID == ""; n++ {
			if id := strconv.Itoa(n); p.tools[id] == nil {
				t.ID, t.DeploymentID = id, id
			}
		}
	}
	t.Name, t.LoginURL, t.RedirectURIs, t.KeySetURL, t.TargetLinkURI = in.Name, in.Login, in.Redirects, in.Keys, in.Tool.Target
	t.Scopes, t.Custom = common(allScopes, strings.Fields(in.Scope)), in.Tool.Custom
	t.NoNames, t.NoEmail = !slices.Contains(in.Tool.Claims, "name"), !slices.Contains(in.Tool.Claims, "email")
	t.DeepLinking = slices.ContainsFunc(in.Tool.Messages, func(m toolMessage) bool { return m.Type == messageDeepLink })
	t.Review = slices.ContainsFunc(in.Tool.Messages, func(m toolMessage) bool { return m.Type == messageReview })
	p.tools[t.ID] = t
	delete(p.keys, t.ID)
	return t
}

// registrationAnswer echoes what was kept. Moodle cuts custom values at their first '=', and names only deep linking.
func (p *Platform) registrationAnswer(t *Tool, in registrationInput) map[string]any {
	tool := map[string]any{
		"target_link_uri": in.Tool.Target, "domain": in.Tool.Domain, "description": in.Tool.Description, "claims": in.Tool.Claims,
	}
	custom, messages := map[string]string{}, []toolMessage{}
	for name, v := range in.Tool.Custom {
		if p.profile.CutsCustomValues {
			v, _, _ = strings.Cut(v, "=")
		}
		custom[name] = v
	}
	for _, m := range in.Tool.Messages {
		if m.Type == messageDeepLink {
			messages = append(messages, toolMessage{Type: m.Type, Target: m.Target})
		}
	}
	tool["custom_parameters"], tool["messages"] = custom, messages
	if p.profile.DeploymentInAnswer {
		tool["deployment_id"], tool["version"] = t.DeploymentID, "1.3.0"
	}
	out := map[string]any{
		"client_id": t.ClientID, "response_types": in.Responses, "jwks_uri": in.Keys, "initiate_login_uri": in.Login,
		"grant_types": slices.Sorted(slices.Values(in.Grants)), "redirect_uris": in.Redirects, "application_type": "web",
		"token_endpoint_auth_method": in.Auth, "client_name": in.Name, "scope": strings.Join(t.Scopes, " "),
		"https://purl.imsglobal.org/spec/lti-tool-configuration": tool,
	}
	if in.Logo != "" {
		out["logo_uri"] = in.Logo
	}
	return out
}

// configuration is the platform's OpenID configuration (Dynamic Registration 1.0, section 2.1).
func (p *Platform) configuration() map[string]any {
	out := map[string]any{
		"issuer":                                p.issuer,
		"token_endpoint":                        p.tokenURL(),
		"token_endpoint_auth_methods_supported": []string{"private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []string{"RS256"},
		"jwks_uri":                              p.keysURL(),
		"authorization_endpoint":                p.authURL(),
		"registration_endpoint":                 p.issuer + "/mod/lti/openid-registration.php",
		"scopes_supported":                      p.offeredScopes(),
		"response_types_supported":              []string{"id_token"},
		"subject_types_supported":               []string{"public", "pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"claims_supported":                      []string{"sub", "iss", "name", "given_name", "family_name", "email"},
		"https://purl.imsglobal.org/spec/lti-platform-configuration": map[string]any{
			"product_family_code": p.profile.Name, "version": p.profile.release(), "messages_supported": p.messagesSupported(), "variables": variableNames(),
		},
	}
	if p.profile.TokenAudience != "" {
		out["authorization_server"] = p.profile.TokenAudience
	}
	return out
}

// offeredScopes stand in the order in which Moodle writes them.
func (p *Platform) offeredScopes() []string {
	all := []string{scopeLineItemRead, scopeResultRead, scopeScore, scopeLineItem, scopeMembership, scopeToolSetting, "openid"}
	if p.profile.BasicOutcomes {
		all = append([]string{"https://purl.imsglobal.org/spec/lti-bo/scope/basicoutcome"}, all...)
	}
	return all
}

func (p *Platform) messagesSupported() []any {
	if p.profile.MessagesAsNames {
		return []any{messageResource, messageDeepLink}
	}
	out := []any{map[string]any{"type": messageResource}, map[string]any{"type": messageDeepLink, "placements": p.profile.Placements}}
	if p.profile.SubmissionReview {
		out = append(out, map[string]any{"type": messageReview})
	}
	return out
}

// discovery serves the configuration; some platforms want the registration token for it.
func (p *Platform) discovery(w http.ResponseWriter, r *http.Request) {
	if p.profile.TokenForDiscovery {
		p.mu.Lock()
		_, status, err := p.checkRegToken(r.Header.Get("Authorization"))
		p.mu.Unlock()
		if err != nil {
			p.record(r, "discovery", "", status)
			writeJSON(w, status, typeJSON, map[string]any{"errorMessage": err.Error()})
			return
		}
	}
	if p.profile.NoRegistration {
		p.record(r, "discovery", "", http.StatusNotFound)
		p.errorPage(w, http.StatusNotFound, "Tools are registered by hand here.")
		return
	}
	p.record(r, "discovery", "", http.StatusOK)
	config := p.configuration()
	if p.profile.NoRegistrationToken {
		config["registration_endpoint"] = config["registration_endpoint"].(string) + "?" + url.Values{"registration": r.URL.Query()["registration"]}.Encode()
	}
	writeJSON(w, http.StatusOK, typeJSON+utf8Suffix, config)
}
