package lrs

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha256" // SHA-256, by its number
	_ "crypto/sha512" // SHA-384 and SHA-512
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"strings"

	"cairn/xapi"

	"github.com/go-json-experiment/json"
)

// checkSignature judges the signatures of a statement (Data 2.6, XAPI-00115 to XAPI-00117): a JWS, signed by one of three
// algorithms, of the statement as it was before. When its header holds a chain of certificates, the signature must be of the
// first, and each certificate must be signed by the next. Whether the last one is trusted, and whether they were valid at the
// time, is for the reader to judge: the signature is kept for that.
func checkSignature(p *xapi.Prepared) error {
	for _, a := range p.Attachments {
		if a.UsageType != xapi.SignatureUsage {
			continue
		}
		if a.ContentType != "application/octet-stream" {
			return signatureRefusal("signature_content_type", "a signature has the content type application/octet-stream", "XAPI-00115")
		}
		s, ok := readSignature(string(a.Data))
		if !ok {
			return signatureRefusal("signature_malformed", "the signature is not a JSON web signature in its compact form", "XAPI-00115")
		}
		if s.hash == 0 {
			return signatureRefusal("signature_algorithm", "a statement is signed with RS256, RS384 or RS512", "XAPI-00117")
		}
		if len(s.chain) > 0 && !s.byChain() {
			return signatureRefusal("signature_certificate", "the certificates of the signature are not a chain of RSA keys that signed it", "XAPI-00117")
		}
		if !p.SignedAs(s.payload) {
			return signatureRefusal("signature_payload", "what was signed is not this statement", "XAPI-00116")
		}
	}
	return nil
}

func signatureRefusal(name, message, requirement string) error {
	return &Refusal{http.StatusBadRequest, name, message, "Data 2.6, " + requirement, "/attachments"}
}

// signature is a JWS in its compact form (RFC 7515, 7.1). Only what Data 2.6 allows is read: RSA with PKCS #1 v1.5, and the
// certificates of the header.
type signature struct {
	hash    crypto.Hash // 0 for another algorithm
	chain   []string    // x5c: certificates, in base64
	signed  string      // what the signature is of
	payload []byte
	octets  []byte
}

var signatureHashes = map[string]crypto.Hash{"RS256": crypto.SHA256, "RS384": crypto.SHA384, "RS512": crypto.SHA512}

// readSignature takes a JWS apart. A header that says that others must be understood (crit) is refused, as no other is.
func readSignature(text string) (s signature, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return s, false
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return s, false
		}
	}
	var head struct {
		Algorithm string   `json:"alg"`
		Chain     []string `json:"x5c"`
		Critical  []string `json:"crit"`
	}
	if err := json.Unmarshal(decoded[0], &head); err != nil || head.Algorithm == "" || head.Critical != nil {
		return s, false
	}
	return signature{signatureHashes[head.Algorithm], head.Chain, parts[0] + "." + parts[1], decoded[1], decoded[2]}, true
}

// mostCertificates bounds the work one signature can ask for.
const mostCertificates = 10

// byChain says whether the first certificate's key made the signature, and each certificate is signed by the next.
func (s signature) byChain() bool {
	if len(s.chain) > mostCertificates {
		return false
	}
	certificates := make([]*x509.Certificate, len(s.chain))
	for i, text := range s.chain {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return false
		}
		if certificates[i], err = x509.ParseCertificate(raw); err != nil {
			return false
		}
		if i > 0 && certificates[i-1].CheckSignatureFrom(certificates[i]) != nil {
			return false
		}
	}
	key, ok := certificates[0].PublicKey.(*rsa.PublicKey)
	if !ok {
		return false
	}
	h := s.hash.New()
	h.Write([]byte(s.signed))
	return rsa.VerifyPKCS1v15(key, s.hash, h.Sum(nil), s.octets) == nil
}
