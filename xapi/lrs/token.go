package lrs

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/go-json-experiment/json"
)

// grant is what an access token says. The token is signed and nothing of it is kept, so it costs no write, works in every process,
// and nothing has to be swept. It ends before its time with the credential: a revoked one is refused, and another secret has another
// mark.
type grant struct {
	Version int     `json:"x"`
	Key     string  `json:"k"`
	Mark    string  `json:"m"`
	Until   int64   `json:"u"` // microseconds since 1970
	Scopes  []Scope `json:"s"`
}

const grantVersion = 1

// writeToken makes the token of a grant: letters, digits, - and _ (RFC 6750, 2.1).
func (d *Door) writeToken(g grant) (string, error) {
	raw, err := json.Marshal(g)
	if err != nil {
		return "", fmt.Errorf("lrs: writing an access token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(d.signToken(raw), raw...)), nil
}

// readToken reads a token that this server, or another process of it, has made.
func (d *Door) readToken(token string) (g grant, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < sha256.Size || !hmac.Equal(raw[:sha256.Size], d.signToken(raw[sha256.Size:])) {
		return g, false
	}
	err = json.Unmarshal(raw[sha256.Size:], &g)
	return g, err == nil && g.Version == grantVersion
}

func (d *Door) signToken(raw []byte) []byte {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte("cairn access token\n"))
	mac.Write(raw)
	return mac.Sum(nil)
}
