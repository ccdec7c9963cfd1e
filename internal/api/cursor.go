package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"

	"github.com/go-json-experiment/json"
)

// A cursor says where a page ended. Nothing is kept on the server, so it works for as long as the key does, in every process. It is
// signed together with the path and the other parameters, so that it cannot go on in another list; whose data may be seen is not in
// it, that is decided by the credential that follows it.

const macSize = 16

// next is the address of the page after a place, "" for no place.
func (s *service) next(c *call, place any) (string, error) {
	raw, err := json.Marshal(place)
	if err != nil {
		return "", err
	}
	q := c.URL.Query()
	q.Set("cursor", base64.RawURLEncoding.EncodeToString(append(s.sign(c, raw), raw...)))
	at := url.URL{Path: c.URL.Path, RawQuery: q.Encode()}
	return at.String(), nil
}

// place reads the cursor of a call into to, which stays as it is when there is none.
func (s *service) place(c *call, to any) error {
	given, ok := c.query["cursor"]
	if !ok {
		return nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(given)
	if err != nil || len(raw) < macSize || !hmac.Equal(raw[:macSize], s.sign(c, raw[macSize:])) || json.Unmarshal(raw[macSize:], to) != nil {
		return newProblem("cursor_invalid", "the cursor is not one of this list with these parameters, or the server's key was changed")
	}
	return nil
}

func (s *service) sign(c *call, raw []byte) []byte {
	q := c.URL.Query()
	q.Del("cursor")
	q.Del("limit")
	mac := hmac.New(sha256.New, s.Key)
	mac.Write([]byte("cairn api cursor\n" + c.URL.Path + "\n" + q.Encode() + "\n"))
	mac.Write(raw)
	return mac.Sum(nil)[:macSize]
}

// page cuts what was read, one more than asked for, to the limit, and answers where the next page begins.
func page[T any](s *service, c *call, all []T, limit int, place func(last T) any) ([]T, string, error) {
	if len(all) <= limit {
		return all, "", nil
	}
	all = all[:limit]
	next, err := s.next(c, place(all[limit-1]))
	return all, next, err
}

// sameJSON says whether both are written the same.
func sameJSON(a, b any) bool {
	one, err := json.Marshal(a, json.Deterministic(true))
	other, again := json.Marshal(b, json.Deterministic(true))
	return err == nil && again == nil && string(one) == string(other)
}
