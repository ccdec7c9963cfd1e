package lrs

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"net/http"

	"cairn/xapi"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
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
		message, err := jws.Parse(a.Data, jws.WithCompact())
		if err != nil || len(message.Signatures()) != 1 {
			return signatureRefusal("signature_malformed", "the signature is not a JSON web signature in its compact form", "XAPI-00115")
		}
		head := message.Signatures()[0].ProtectedHeaders()
		switch head.Algorithm() {
		case jwa.RS256, jwa.RS384, jwa.RS512:
		default:
			return signatureRefusal("signature_algorithm", "a statement is signed with RS256, RS384 or RS512", "XAPI-00117")
		}
		if err := checkCertificates(a.Data, head); err != nil {
			return err
		}
		if !p.SignedAs(message.Payload()) {
			return signatureRefusal("signature_payload", "what was signed is not this statement", "XAPI-00116")
		}
	}
	return nil
}

func signatureRefusal(name, message, requirement string) error {
	return &Refusal{http.StatusBadRequest, name, message, "Data 2.6, " + requirement, "/attachments"}
}

// mostCertificates bounds the work one signature can ask for.
const mostCertificates = 10

// checkCertificates checks the signature by the chain in its header, when there is one.
func checkCertificates(signature []byte, head jws.Headers) error {
	chain := head.X509CertChain()
	if chain == nil || chain.Len() == 0 {
		return nil
	}
	refused := signatureRefusal("signature_certificate", "the certificates of the signature are not a chain of RSA keys that signed it", "XAPI-00117")
	if chain.Len() > mostCertificates {
		return refused
	}
	certificates := make([]*x509.Certificate, chain.Len())
	for i := range certificates {
		text, _ := chain.Get(i)
		raw, err := base64.StdEncoding.DecodeString(string(text))
		if err != nil {
			return refused
		}
		if certificates[i], err = x509.ParseCertificate(raw); err != nil {
			return refused
		}
		if i > 0 && certificates[i-1].CheckSignatureFrom(certificates[i]) != nil {
			return refused
		}
	}
	key, ok := certificates[0].PublicKey.(*rsa.PublicKey)
	if !ok {
		return refused
	}
	if _, err := jws.Verify(signature, jws.WithKey(head.Algorithm(), key)); err != nil {
		return refused
	}
	return nil
}
