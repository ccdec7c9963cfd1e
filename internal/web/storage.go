package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"cairn/lti"
)

// secretField brings the secret of a login from the platform's storage to the launch address.
const secretField = "cairn_secret"

// storageAsk is what the script does with the platform's storage: it sends the message, and with the answer goes on to an address
// or submits the form. Frame is "" when every frame of the platform's page is asked.
type storageAsk struct {
	lti.PlatformStorage
	Message lti.StorageMessage `json:"message"`
	Go      string             `json:"go,omitzero"`
}

func (a storageAsk) text() (string, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("write a message to the platform's storage: %w", err)
	}
	return string(b), nil
}

// keepSecret begins the login with a secret that the platform's storage keeps in place of a cookie, the second step of the ladder
// (settled question 20). It answers "" when the platform offers no storage.
func (s *site) keepSecret(ctx context.Context, req lti.LoginRequest, reg lti.Registration) (string, error) {
	where, ok := reg.Storage(req.StorageTarget)
	if !ok {
		return "", nil
	}
	secret, err := s.newSecret()
	if err != nil {
		return "", err
	}
	auth, err := s.Tool.BeginLogin(ctx, req, hashSecret(secret))
	if err != nil {
		return "", err
	}
	return storageAsk{where, lti.PutSecret(auth.State, secret), auth.URL()}.text()
}

// readLaunch reads the launch, and the secret that our own page added to it, "" for none.
func readLaunch(v *visit) (form lti.LaunchForm, secret string, err error) {
	if form, err = lti.ReadLaunch(v.Request); err != nil {
		return form, "", err
	}
	return form, v.PostForm.Get(secretField), nil
}

// binding answers what binds this browser to its login: the hash of its cookie, or of the secret that our own page read from the
// platform's storage. A secret that another site posts is not looked at: whoever began the login knows it.
func binding(v *visit, secret string) (hash string, stored bool) {
	if v.cookie != "" {
		return hashSecret(v.cookie), false
	}
	if len(secret) != 43 || v.Header.Get("Sec-Fetch-Site") != "same-origin" {
		return "", false
	}
	return hashSecret(secret), true
}

// storedBody is the page that asks the platform's storage for the secret of a launch. Without a script, or without an answer, it
// says what is wrong.
type storedBody struct {
	Ask    string
	Fields []option
	problemBody
}

// askStorage answers a launch that came without a cookie: the login may have been bound to a secret in the platform's storage. The
// login is not spent, so the form is sent once more with the secret. It says false when this cannot be the case.
func (s *site) askStorage(v *visit, form lti.LaunchForm, secret string, refused error) (answer, bool, error) {
	var r *lti.Refusal
	if v.cookie != "" || secret != "" || !errors.Is(refused, lti.ErrStateBrowser) || !errors.As(refused, &r) || r.Registration == "" {
		return answer{}, false, nil
	}
	reg, err := s.Registrations.PageRegistration(v.Context(), r.Registration)
	if err != nil {
		return answer{}, false, fmt.Errorf("find the registration of a launch: %w", err)
	}
	if reg.StorageOrigin == "" {
		return answer{}, false, nil
	}
	v.framedBy(reg)
	ask, err := storageAsk{lti.PlatformStorage{Origin: reg.StorageOrigin}, lti.GetSecret(form.State), ""}.text()
	if err != nil {
		return answer{}, false, err
	}
	s.Log.Info("a launch without a cookie asks the platform's storage", "request", v.id, "registration", r.Registration)
	p := s.problemPage(v, ltiProblem(r))
	p.file, p.Body = "stored", storedBody{ask, []option{
		{Name: "id_token", Value: form.IDToken}, {Name: "state", Value: form.State}, {Name: secretField},
	}, p.Body.(problemBody)}
	return answer{status: http.StatusBadRequest, page: p}, true, nil
}
