package lti

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// RegistrationStart is how a platform opens the tool's registration address in the administrator's browser (Dynamic Registration 3.3).
// The token is a secret of the platform: it goes to the origin of ConfigurationURL and nowhere else.
type RegistrationStart struct {
	ConfigurationURL string
	Token            string // "" on platforms that give none, such as D2L
}

// Limits of dynamic registration.
const (
	maxStartURL         = 2048      // characters
	maxStartToken       = 8 << 10   // bytes
	maxConfiguration    = 256 << 10 // bytes
	registrationTimeout = 20 * time.Second
)

// ParseRegistrationStart reads the parameters openid_configuration and registration_token (Dynamic Registration 3.3).
// ErrRegistrationStart.
func ParseRegistrationStart(values url.Values) (RegistrationStart, error) {
	addresses, tokens := values["openid_configuration"], values["registration_token"]
	switch {
	case len(addresses) != 1 || len(tokens) > 1:
		return RegistrationStart{}, refuse(ErrRegistrationStart, "openid_configuration missing or given more than once")
	case webAddress(addresses[0]) == "" || len(addresses[0]) > maxStartURL || strings.ContainsAny(addresses[0], "#\\ \r\n\t"):
		return RegistrationStart{}, refuse(ErrRegistrationStart, "openid_configuration "+quote(withoutQuery(addresses[0])))
	}
	start := RegistrationStart{ConfigurationURL: addresses[0]}
	if len(tokens) == 1 {
		start.Token = tokens[0]
	}
	if len(start.Token) > maxStartToken || !printable(start.Token) {
		return RegistrationStart{}, refuse(ErrRegistrationStart, fmt.Sprintf("token of %d bytes", len(start.Token)))
	}
	return start, nil
}

// PlatformConfiguration is what a platform says of itself (Dynamic Registration 3.4; OpenID Connect Discovery 3).
type PlatformConfiguration struct {
	Issuer                string
	AuthorizationEndpoint string
	TokenEndpoint         string
	KeySetURL             string
	RegistrationEndpoint  string
	AuthorizationServer   string // audience of client assertions; "" means the token endpoint
	Scopes                []string
	Claims                []string
	Family                string // product_family_code: "moodle", "canvas"
	Version               string
	Messages              []SupportedMessage
	Variables             []string // custom variables that are filled in
}

// SupportedMessage is a message type that the platform sends, with the places it sends it from (Dynamic Registration 3.4).
type SupportedMessage struct {
	Type       MessageType
	Placements []string
}

// Supports says whether the platform sends messages of the type (Dynamic Registration 3.4).
func (c PlatformConfiguration) Supports(kind MessageType) bool {
	return slices.ContainsFunc(c.Messages, func(m SupportedMessage) bool { return m.Type == kind })
}

// discoveryDocument is the configuration as it comes.
type discoveryDocument struct {
	Issuer              text              `json:"issuer"`
	Authorization       text              `json:"authorization_endpoint"`
	Token               text              `json:"token_endpoint"`
	KeySet              text              `json:"jwks_uri"`
	Registration        text              `json:"registration_endpoint"`
	AuthorizationServer text              `json:"authorization_server"`
	Scopes              claim[stringList] `json:"scopes_supported"`
	Claims              claim[stringList] `json:"claims_supported"`
	Algorithms          claim[stringList] `json:"id_token_signing_alg_values_supported"`
	AuthMethods         claim[stringList] `json:"token_endpoint_auth_methods_supported"`
	Platform            claim[struct {
		Family    text                       `json:"product_family_code"`
		Version   text                       `json:"version"`
		Messages  claim[[]discoveredMessage] `json:"messages_supported"`
		Variables claim[stringList]          `json:"variables"`
	}] `json:"https://purl.imsglobal.org/spec/lti-platform-configuration"`
}

// discoveredMessage is an object with a type, or, on some versions of Moodle, the bare name of the type.
type discoveredMessage SupportedMessage

// UnmarshalJSONFrom reads either form.
func (m *discoveredMessage) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if raw.Kind() == '"' {
		return json.Unmarshal(raw, &m.Type)
	}
	var read struct {
		Type       text              `json:"type"`
		Placements claim[stringList] `json:"placements"`
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		return err
	}
	m.Type, m.Placements = MessageType(read.Type.value), read.Placements.value
	return nil
}

// Registrar registers the tool with platforms (Dynamic Registration 3). It keeps nothing itself and may be used by many at once.
type Registrar struct {
	Client        *http.Client // should be the guarded one; it is never let along a redirect
	Registrations Registrations
	URLs          URLs
}

// Discover reads the configuration that a registration starts from, and checks that it speaks for its own host (Dynamic Registration 3.4
// and 3.5.1). Refusals: ErrDiscoveryAddress, ErrDiscoveryRedirect, ErrDiscoveryTooLarge, ErrDiscoveryUnavailable, ErrDiscoveryDocument,
// ErrDiscoveryIssuer, ErrDiscoveryEndpoint, ErrDiscoveryUnfit.
func (r *Registrar) Discover(ctx context.Context, start RegistrationStart) (PlatformConfiguration, error) {
	status, body, err := r.call(ctx, http.MethodGet, start.ConfigurationURL, start.Token, nil)
	if err != nil {
		return PlatformConfiguration{}, err
	}
	if status != http.StatusOK {
		return PlatformConfiguration{}, refuse(ErrDiscoveryUnavailable, fmt.Sprintf("the platform answered %d", status))
	}
	return parseConfiguration(body, start.ConfigurationURL)
}

// parseConfiguration reads a configuration found at the address, and checks it.
func parseConfiguration(body []byte, address string) (PlatformConfiguration, error) {
	var d discoveryDocument
	if err := json.Unmarshal(body, &d); err != nil {
		return PlatformConfiguration{}, refuse(ErrDiscoveryDocument, "not a JSON object")
	}
	for name, endpoint := range map[string]text{
		"issuer": d.Issuer, "authorization_endpoint": d.Authorization, "token_endpoint": d.Token, "jwks_uri": d.KeySet, "registration_endpoint": d.Registration,
	} {
		if webAddress(endpoint.value) == "" || downgrades(address, endpoint.value) {
			return PlatformConfiguration{}, refuse(ErrDiscoveryDocument, name+" "+quote(endpoint.value))
		}
	}
	if !speaksFor(d.Issuer.value, address) {
		return PlatformConfiguration{}, refuse(ErrDiscoveryIssuer, "issuer "+quote(d.Issuer.value)+" in "+quote(withoutQuery(address)))
	}
	if at, err := url.Parse(d.Registration.value); err != nil || !sameOrigin(at, address) {
		return PlatformConfiguration{}, refuse(ErrDiscoveryEndpoint, "registration_endpoint "+quote(withoutQuery(d.Registration.value)))
	}
	if lacks(d.Algorithms, "RS256") || lacks(d.AuthMethods, "private_key_jwt") {
		return PlatformConfiguration{}, refuse(ErrDiscoveryUnfit, "")
	}
	return d.configuration(), nil
}

// lacks says whether a list is told and does not hold the value.
func lacks(list claim[stringList], value string) bool {
	return list.present && !slices.Contains(list.value, value)
}

// downgrades says whether an address leaves https, which the configuration came by.
func downgrades(from, to string) bool {
	return strings.HasPrefix(from, "https://") && !strings.HasPrefix(to, "https://")
}

func (d *discoveryDocument) configuration() PlatformConfiguration {
	p := &d.Platform.value
	c := PlatformConfiguration{
		Issuer: d.Issuer.value, AuthorizationEndpoint: d.Authorization.value, TokenEndpoint: d.Token.value, KeySetURL: d.KeySet.value,
		RegistrationEndpoint: d.Registration.value, AuthorizationServer: d.AuthorizationServer.value, Scopes: d.Scopes.value,
		Claims: d.Claims.value, Family: strings.ToLower(p.Family.value), Version: p.Version.value, Variables: p.Variables.value,
	}
	for _, m := range p.Messages.value {
		c.Messages = append(c.Messages, SupportedMessage(m))
	}
	return c
}

// call makes one call of a registration, with the token and without redirects, and bounds time and answer.
func (r *Registrar) call(ctx context.Context, method, address, token string, body []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, registrationTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(string(body)))
	if err != nil {
		return 0, nil, refuse(ErrDiscoveryDocument, "an address that cannot be called")
	}
	request.Header.Set("Accept", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	client := *r.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return ErrRedirect }
	answer, err := client.Do(request)
	if err != nil {
		return 0, nil, refusedCall(err)
	}
	defer answer.Body.Close()
	read, err := readBounded(answer.Body, maxConfiguration)
	if err != nil {
		return 0, nil, refusedCall(err)
	}
	return answer.StatusCode, read, nil
}

// refusedCall names the rule that a failed call broke.
func refusedCall(err error) error {
	switch {
	case errors.Is(err, ErrRedirect):
		return refuse(ErrDiscoveryRedirect, "")
	case errors.Is(err, ErrPlainHTTP), errors.Is(err, ErrAddressForbidden):
		return refuse(ErrDiscoveryAddress, reason(err))
	case errors.Is(err, errTooLarge), errors.Is(err, ErrAnswerTooLarge):
		return refuse(ErrDiscoveryTooLarge, "")
	}
	return refuse(ErrDiscoveryUnavailable, reason(err))
}
