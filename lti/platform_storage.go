package lti

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"

	"github.com/go-json-experiment/json"
)

// Platform storage is how a browser that keeps no cookies in a frame is known again: the platform's page keeps a value for the tool's
// origin, and gives it back to the same origin (LTI postMessage Storage 1.0; OIDC Login with LTI Client Side postMessages 1.0). At login
// the tool's page puts a secret there under the name of the state, and at launch reads it; its hash is what the login is bound to, in
// place of a cookie's.

// The subjects of the messages (Client Side postMessages 1.0, 2; postMessage Storage 1.0, 2). An answer has the subject of its message
// with ".response" behind it.
const (
	SubjectCapabilities = "lti.capabilities"
	SubjectPutData      = "lti.put_data"
	SubjectGetData      = "lti.get_data"
	SubjectFrameResize  = "lti.frameResize"
	SubjectClose        = "org.imsglobal.lti.close" // the end of a registration (Dynamic Registration 3.8)

	responseSuffix = ".response"
)

// FrameParent is the lti_storage_target of a platform whose page around the tool keeps the values itself, such as Sakai's.
const FrameParent = "_parent"

// ErrStorageReply says that a message is not the platform's answer to ours, or tells a failure.
var ErrStorageReply = errors.New("lti: the platform's storage did not answer as it should")

// PlatformStorage is where a platform keeps values for the tool (postMessage Storage 1.0, 2): the frame of that name beside the
// tool's (FrameParent: the window around it), which must have the origin. Messages are sent to that origin and taken from it only.
type PlatformStorage struct {
	Frame  string `json:"frame"`
	Origin string `json:"origin"`
}

// maxFrameName bounds the name of a frame, in bytes.
const maxFrameName = 100

// Storage answers the storage that a login initiation offers by lti_storage_target; false when it offers none that can be used. The
// origin is that of the registration's authorization endpoint (OIDC Login with Client Side postMessages 1.0, 2.3), never the
// initiation's, which anybody can make up.
func (r Registration) Storage(target string) (PlatformStorage, bool) {
	u, err := url.Parse(r.AuthorizationEndpoint)
	if err != nil || webAddress(r.AuthorizationEndpoint) == "" || !frameName(target) {
		return PlatformStorage{}, false
	}
	return PlatformStorage{Frame: target, Origin: u.Scheme + "://" + u.Host}, true
}

// frameName says whether a target can be the name of a frame; of the names that browsers reserve only _parent is one here.
func frameName(s string) bool {
	if s == FrameParent {
		return true
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && (i == 0 || c != '_' && c != '-' && c != '.') {
			return false
		}
	}
	return s != "" && len(s) <= maxFrameName
}

// StorageMessage is a message to the platform's storage (postMessage Storage 1.0, 2). ID is told back in the answer.
type StorageMessage struct {
	Subject string `json:"subject"`
	ID      string `json:"message_id"`
	Key     string `json:"key,omitzero"`
	Value   string `json:"value,omitzero"`
}

// PutSecret is the message that keeps a login's secret, for the page between initiation and platform (postMessage Storage 1.0, 2).
func PutSecret(state, secret string) StorageMessage {
	key := storageKey(state)
	return StorageMessage{Subject: SubjectPutData, ID: "put-" + key, Key: key, Value: secret}
}

// GetSecret is the message that asks for a login's secret, for the page that a launch was posted to (postMessage Storage 1.0, 2).
func GetSecret(state string) StorageMessage {
	key := storageKey(state)
	return StorageMessage{Subject: SubjectGetData, ID: "get-" + key, Key: key}
}

// storageKey names the secret of a state, so that several launches of one page do not mix; the state itself is not told.
func storageKey(state string) string {
	sum := sha256.Sum256([]byte("lti storage " + state))
	return "lti-" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// maxStorageReply bounds an answer, in bytes.
const maxStorageReply = 8 << 10

// ReadStorageReply reads the platform's answer to a message as JSON and gives the value kept (postMessage Storage 1.0, 2). The page
// that receives it checks its window and origin first. ErrStorageReply.
func ReadStorageReply(to StorageMessage, reply []byte) (string, error) {
	if len(reply) > maxStorageReply {
		return "", fmt.Errorf("%w: %d bytes", ErrStorageReply, len(reply))
	}
	var said struct {
		Subject text `json:"subject"`
		ID      text `json:"message_id"`
		Key     text `json:"key"`
		Value   text `json:"value"`
		Error   claim[struct {
			Code    text `json:"code"`
			Message text `json:"message"`
		}] `json:"error"`
	}
	if err := json.Unmarshal(reply, &said); err != nil {
		return "", fmt.Errorf("%w: it cannot be read", ErrStorageReply)
	}
	switch {
	case said.Subject.value != to.Subject+responseSuffix || said.ID.value != to.ID:
		return "", fmt.Errorf("%w: an answer to another message", ErrStorageReply)
	case said.Error.good():
		return "", fmt.Errorf("%w: %s", ErrStorageReply, quote(said.Error.value.Code.value))
	case said.Key.value != to.Key || !said.Value.good():
		return "", fmt.Errorf("%w: no value", ErrStorageReply)
	case to.Subject == SubjectPutData && said.Value.value != to.Value:
		return "", fmt.Errorf("%w: another value was kept", ErrStorageReply)
	}
	return said.Value.value, nil
}
