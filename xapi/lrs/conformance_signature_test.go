package lrs_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/xapi"

	"github.com/lestrrat-go/jwx/v2/cert"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// signer is a key with a certificate of its own, or of an issuer.
type signer struct {
	key  *rsa.PrivateKey
	cert []byte
}

func newSigner(t *testing.T, name string, issuer *signer) *signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: start, NotAfter: start.Add(time.Hour),
		IsCA: issuer == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	parent, by := template, key
	if issuer != nil {
		if parent, err = x509.ParseCertificate(issuer.cert); err != nil {
			t.Fatal(err)
		}
		by = issuer.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{key, raw}
}

var signers = sync.OnceValue(func() (s struct{ root, leaf, other *signer }) {
	t := new(testing.T)
	s.root = newSigner(t, "root", nil)
	s.leaf, s.other = newSigner(t, "leaf", s.root), newSigner(t, "other", nil)
	return s
})

// sign makes a JWS; chain are certificates of its header.
func sign(t *testing.T, payload string, alg jwa.SignatureAlgorithm, key any, chain ...[]byte) string {
	t.Helper()
	head := jws.NewHeaders()
	if len(chain) > 0 {
		var x5c cert.Chain
		for _, c := range chain {
			if err := x5c.AddString(base64.StdEncoding.EncodeToString(c)); err != nil {
				t.Fatal(err)
			}
		}
		if err := head.Set(jws.X509CertChainKey, &x5c); err != nil {
			t.Fatal(err)
		}
	}
	out, err := jws.Sign([]byte(payload), jws.WithKey(alg, key, jws.WithProtectedHeaders(head)))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// signedWith is a request with a signature; more are attachments beside it.
func signedWith(n int, signature, contentType string, more ...string) call {
	list := append([]string{fmt.Sprintf(`{"usageType":%q,"display":{"en":"signature"},"contentType":%q,"length":%d,"sha2":%q}`,
		xapi.SignatureUsage, contentType, len(signature), sha2(signature))}, more...)
	return mixed(withAttachments(n, list...), section{content: signature})
}

const octets = "application/octet-stream"

func TestSignature_XAPI_00115_00116_00117_accepted(t *testing.T) {
	k := signers()
	file := attachment(sha2("x"), "https://files.example/x")
	for name, c := range map[string]call{
		"RS256":             signedWith(1, sign(t, statement(1, ""), jwa.RS256, k.leaf.key), octets),
		"RS384":             signedWith(1, sign(t, statement(1, ""), jwa.RS384, k.leaf.key), octets),
		"RS512 in a chain":  signedWith(1, sign(t, statement(1, ""), jwa.RS512, k.leaf.key, k.leaf.cert, k.root.cert), octets),
		"own certificate":   signedWith(1, sign(t, statement(1, ""), jwa.RS256, k.root.key, k.root.cert), octets),
		"without an id":     signedWith(1, sign(t, strings.Replace(statement(1, ""), `"id":"`+id(1)+`",`, "", 1), jwa.RS256, k.leaf.key), octets),
		"spaces, order":     signedWith(1, sign(t, `{ "object": {"id":"http://example.org/act/1"}, "verb": {"id":"http://example.org/did"}, "actor": `+annJSON+`}`, jwa.RS256, k.leaf.key), octets),
		"other attachments": signedWith(1, sign(t, withAttachments(1, file), jwa.RS256, k.leaf.key), octets, file),
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			if got := s.do(t, c); got.status != 200 || len(s.rows) != 1 {
				t.Error(got)
			}
		})
	}
}

func TestSignature_XAPI_00115_00116_00117_refused(t *testing.T) {
	k := signers()
	good := sign(t, statement(1, ""), jwa.RS256, k.leaf.key)
	spoiled := good[:len(good)-8] + "AAAAAAAA"
	for name, c := range map[string]struct {
		call  call
		error string
	}{
		"XAPI-00115 another content type": {signedWith(1, good, "text/plain"), "signature_content_type"},
		"XAPI-00115 not a JWS":            {signedWith(1, "hello", octets), "signature_malformed"},
		"XAPI-00115 not compact":          {signedWith(1, `{"payload":"","signatures":[]}`, octets), "signature_malformed"},
		"XAPI-00115 no data":              {mixed(withAttachments(1, fmt.Sprintf(`{"usageType":%q,"display":{},"contentType":%q,"length":1,"sha2":"ab","fileUrl":"a:b"}`, xapi.SignatureUsage, octets))), "signature_without_data"},
		"XAPI-00116 not JSON":             {signedWith(1, sign(t, "hello", jwa.RS256, k.leaf.key), octets), "signature_payload"},
		"XAPI-00116 another statement":    {signedWith(1, sign(t, strings.Replace(statement(1, ""), "did", "saw", 1), jwa.RS256, k.leaf.key), octets), "signature_payload"},
		"XAPI-00117 HS256":                {signedWith(1, sign(t, statement(1, ""), jwa.HS256, []byte("0123456789abcdef0123456789abcdef")), octets), "signature_algorithm"},
		"XAPI-00117 none":                 {signedWith(1, base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))+good[strings.IndexByte(good, '.'):], octets), "signature_algorithm"},
		"XAPI-00115 crit":                 {signedWith(1, base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","crit":["x"]}`))+good[strings.IndexByte(good, '.'):], octets), "signature_malformed"},
		"XAPI-00117 PS256":                {signedWith(1, sign(t, statement(1, ""), jwa.PS256, k.leaf.key), octets), "signature_algorithm"},
		"XAPI-00117 of another key":       {signedWith(1, sign(t, statement(1, ""), jwa.RS256, k.leaf.key, k.other.cert), octets), "signature_certificate"},
		"XAPI-00117 not a chain":          {signedWith(1, sign(t, statement(1, ""), jwa.RS256, k.leaf.key, k.leaf.cert, k.other.cert), octets), "signature_certificate"},
		"XAPI-00117 not a certificate":    {signedWith(1, sign(t, statement(1, ""), jwa.RS256, k.leaf.key, []byte("hello")), octets), "signature_certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.refused(t, c.call, 400, c.error)
			if len(s.rows) != 0 {
				t.Error("it was stored")
			}
		})
	}
	t.Run("spoiled, checked where there is a certificate", func(t *testing.T) {
		chained := sign(t, statement(1, ""), jwa.RS256, k.leaf.key, k.leaf.cert)
		serve(t).refused(t, signedWith(1, chained[:len(chained)-8]+"AAAAAAAA", octets), 400, "signature_certificate")
		if got := serve(t).do(t, signedWith(1, spoiled, octets)); got.status != 200 {
			t.Error("nobody can tell without one:", got)
		}
	})
}
