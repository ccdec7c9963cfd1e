package lti

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
)

// NewRegistration is what came of a registration, to be stored by the caller in one step with the invitation (Dynamic Registration
// 3.6.1).
type NewRegistration struct {
	Registration Registration // ID is empty for a new one; Disabled when it waits for the operator
	Family       string
	Version      string   // of the platform, as it says
	Scopes       []string // granted; of a platform that does not tell, those asked for
	Missing      []string // scopes asked for and not granted
	Waits        bool     // a second client of a known issuer: the operator switches it on
	Pending      bool     // the platform's administrator has to switch the tool on there
}

// Register sends the request and reads the answer (Dynamic Registration 3.5.2 and 3.6). A client known here is taken only by an
// invitation to update it; a second client of a known issuer comes back disabled (settled question 5). Refusals: those of Discover for
// the call, ErrRegistrationRefused, ErrRegistrationAnswer, ErrRegistrationExists, ErrRegistrationOther.
func (r *Registrar) Register(ctx context.Context, start RegistrationStart, c PlatformConfiguration, plan ToolRegistration, by Invitation) (NewRegistration, error) {
	known, err := r.updated(ctx, c, by)
	if err != nil {
		return NewRegistration{}, err
	}
	endpoint, err := url.Parse(c.RegistrationEndpoint)
	if err != nil || !speaksFor(c.Issuer, start.ConfigurationURL) || !sameOrigin(endpoint, start.ConfigurationURL) {
		return NewRegistration{}, refuse(ErrDiscoveryEndpoint, "the configuration is of another start")
	}
	body, err := json.Marshal(plan, json.Deterministic(true))
	if err != nil {
		return NewRegistration{}, fmt.Errorf("lti: write a registration request: %w", err)
	}
	status, answer, err := r.call(ctx, http.MethodPost, c.RegistrationEndpoint, start.Token, body)
	if err != nil {
		return NewRegistration{}, err
	}
	if status/100 != 2 {
		return NewRegistration{}, refuse(ErrRegistrationRefused, fmt.Sprintf("the platform answered %d %s", status, refusedWord(answer)))
	}
	made, err := readRegistration(answer, c, plan)
	if err != nil {
		return NewRegistration{}, err
	}
	return r.settle(ctx, made, known)
}

// updated answers the registration that an invitation to update is for, nil when it is for a new one. It is checked before anything is
// sent, so that a wrong platform changes nothing.
func (r *Registrar) updated(ctx context.Context, c PlatformConfiguration, by Invitation) (*Registration, error) {
	if by.Update == "" {
		return nil, nil
	}
	known, err := r.Registrations.Registration(ctx, by.Update)
	if errors.Is(err, ErrUnknownRegistration) {
		return nil, refuse(ErrRegistrationOther, "the registration is gone")
	}
	if err != nil {
		return nil, fmt.Errorf("lti: find the registration to update: %w", err)
	}
	if known.Issuer != c.Issuer {
		return nil, refuse(ErrRegistrationOther, "issuer "+quote(c.Issuer)+", registered "+quote(known.Issuer))
	}
	return &known, nil
}

// settle joins the answer with what is registered here.
func (r *Registrar) settle(ctx context.Context, made NewRegistration, known *Registration) (NewRegistration, error) {
	if known != nil {
		if made.Registration.ClientID != known.ClientID {
			return NewRegistration{}, refuse(ErrRegistrationOther, "client_id "+quote(made.Registration.ClientID)+", registered "+quote(known.ClientID))
		}
		made.Registration = updatedBy(*known, made.Registration)
		return made, nil
	}
	_, err := r.Registrations.ByIssuer(ctx, made.Registration.Issuer, made.Registration.ClientID)
	if err == nil {
		return NewRegistration{}, refuse(ErrRegistrationExists, "client_id "+quote(made.Registration.ClientID))
	}
	if !errors.Is(err, ErrUnknownRegistration) {
		return NewRegistration{}, fmt.Errorf("lti: look for the client that was registered: %w", err)
	}
	_, err = r.Registrations.ByIssuer(ctx, made.Registration.Issuer, "")
	switch {
	case err == nil, errors.Is(err, ErrAmbiguousRegistration):
		made.Waits, made.Registration.Disabled = true, true
	case !errors.Is(err, ErrUnknownRegistration):
		return NewRegistration{}, fmt.Errorf("lti: look for the issuer that was registered: %w", err)
	}
	return made, nil
}

// updatedBy keeps what the operator decided and takes over addresses and deployments.
func updatedBy(known, made Registration) Registration {
	out := known
	out.AuthorizationEndpoint, out.TokenEndpoint, out.TokenAudience, out.KeySetURL = made.AuthorizationEndpoint, made.TokenEndpoint, made.TokenAudience, made.KeySetURL
	out.Deployments = joined(known.Deployments, made.Deployments)
	out.ServiceOrigins = joined(known.ServiceOrigins, made.ServiceOrigins)
	return out
}

// joined adds to a list what is not in it yet.
func joined(known, more []string) []string {
	out := slices.Clone(known)
	for _, s := range more {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// registrationAnswer is what is read of an answer. Claims, privacy and custom parameters are echoes that do not say what will be sent.
type registrationAnswer struct {
	ClientID text `json:"client_id"`
	Scope    text `json:"scope"`
	Tool     claim[struct {
		Deployment text `json:"deployment_id"`
	}] `json:"https://purl.imsglobal.org/spec/lti-tool-configuration"`
}

// maxClientID is the longest client id, in characters: that of a login initiation.
const maxClientID = 512

func readRegistration(body []byte, c PlatformConfiguration, plan ToolRegistration) (NewRegistration, error) {
	var a registrationAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return NewRegistration{}, refuse(ErrRegistrationAnswer, "not a JSON object")
	}
	id, asked := a.ClientID, strings.Fields(plan.Scope)
	if !id.good() || id.value == "" || len(id.value) > maxClientID || !printable(id.value) {
		return NewRegistration{}, refuse(ErrRegistrationAnswer, "client_id "+quote(id.value))
	}
	v := variantOf(c.Family)
	made := NewRegistration{
		Registration: Registration{
			Name: hostOf(c.RegistrationEndpoint), Issuer: c.Issuer, ClientID: id.value, AuthorizationEndpoint: c.AuthorizationEndpoint,
			TokenEndpoint: c.TokenEndpoint, TokenAudience: c.AuthorizationServer, KeySetURL: c.KeySetURL, ServiceOrigins: tenantOrigins(c),
		},
		Family: c.Family, Version: c.Version, Scopes: asked, Pending: v.pending,
	}
	switch deployment := a.Tool.value.Deployment; {
	case identifier(deployment):
		made.Registration.Deployments = []string{deployment.value}
	case deployment.present && !deployment.isNull:
		return NewRegistration{}, refuse(ErrRegistrationAnswer, "deployment_id is no text of at most 255 characters")
	default:
		made.Registration.AnyDeployment = true
	}
	if a.Scope.good() {
		made.Scopes = strings.Fields(a.Scope.value)
		made.Missing = slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return slices.Contains(made.Scopes, s) })
	}
	return made, nil
}

// tenantOrigins answers the platform's own origin where its issuer is one that many share: the services of a Canvas tenant are neither
// with the issuer nor with the token endpoint.
func tenantOrigins(c PlatformConfiguration) []string {
	at, err := url.Parse(c.RegistrationEndpoint)
	if err != nil || sameOrigin(at, c.Issuer, c.TokenEndpoint) {
		return nil
	}
	return []string{at.Scheme + "://" + at.Host}
}

// refusedWord is the platform's own word for a refusal: Moodle sends plain text such as "token_already_used", others JSON.
func refusedWord(body []byte) string {
	var said struct {
		Error       text `json:"error"`
		Description text `json:"error_description"`
	}
	if json.Unmarshal(body, &said) == nil && said.Error.good() {
		return quote(strings.TrimSpace(said.Error.value + " " + said.Description.value))
	}
	if word := strings.TrimSpace(string(body)); utf8.ValidString(word) && !strings.HasPrefix(word, "<") {
		return quote(word)
	}
	return ""
}
