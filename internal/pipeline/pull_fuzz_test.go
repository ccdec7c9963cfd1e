package pipeline_test

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"cairn/internal/pipeline"
	"cairn/xapi"
)

// FuzzPulledPage holds that no answer of a record store makes us fail, that data has its hash, and that a statement that is made ready
// can be made ready again from what would be stored.
func FuzzPulledPage(f *testing.F) {
	statement := string(outgoing(1).JSON)
	f.Add("application/json", `{"statements":[`+statement+`,{"id":7}],"more":""}`)
	f.Add("multipart/mixed; boundary=b", "--b\r\nContent-Type: application/json\r\n\r\n{\"statements\":["+statement+"]}\r\n--b\r\nX-Experience-API-Hash: "+
		fmt.Sprintf("%x", sha256.Sum256([]byte("data")))+"\r\n\r\ndata\r\n--b--\r\n")
	f.Add("multipart/mixed", "--")
	f.Add("", `{"statements":[{"a":1,"a":2}]}`)
	authority := xapi.AccountAgent("https://cairn.example", "source")
	f.Fuzz(func(t *testing.T, kind, body string) {
		statements, data, err := pipeline.ReadPage(kind, []byte(body))
		if err != nil {
			return
		}
		for sha2, content := range data {
			if len(sha2) == 64 && sha2 != fmt.Sprintf("%x", sha256.Sum256(content)) {
				t.Errorf("data of %q has another hash", sha2)
			}
		}
		for _, raw := range statements {
			one, err := pipeline.PrepareForeign(raw, authority)
			if err != nil {
				continue
			}
			again, err := pipeline.PrepareForeign(one.JSON(epoch), authority)
			if err != nil || again.ID != one.ID || !again.Equals(one.Fingerprint[:], epoch) {
				t.Errorf("%s became another when it was read again: %v", raw, err)
			}
		}
	})
}

// FuzzMoreLink holds that a more link never leads to another origin.
func FuzzMoreLink(f *testing.F) {
	const endpoint = "https://lrs.example:8443/xapi"
	for _, link := range []string{"/xapi/statements?more=1", "more", "//evil.example/x", "https://lrs.example/xapi", "https://lrs.example:8443@evil.example/", `https:\\evil.example`, "/\\evil.example", "javascript:x", "HTTPS://lrs.example:8443/"} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		address, ok := pipeline.SameOrigin(endpoint, link)
		if !ok {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host != "lrs.example:8443" || u.User != nil || !strings.HasPrefix(address, "https://lrs.example:8443") {
			t.Errorf("%q leads to %q", link, address)
		}
	})
}
