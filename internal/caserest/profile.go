package caserest

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"cairn/xapi/profile"
)

// profile answers the IRI of Cairn's xAPI Profile and of its version with the document, and the IRIs of what is in it with the
// way there.
func (s *service) profile(r *http.Request) (answer, error) {
	base := s.profileBase(r)
	doc := profile.Document(base)
	path := strings.TrimSuffix(r.URL.Path, "/")
	at := strings.TrimPrefix(profile.VersionIRI(base), base)
	switch {
	case path == at || path == strings.TrimPrefix(profile.IRI(base), base):
		return answer{kind: "application/ld+json", body: doc, fresh: keepList}, nil
	case bytes.Contains(doc, []byte(`"`+base+path+`"`)):
		return answer{see: at}, nil
	}
	return answer{}, errPath
}

// profileBase is what the IRIs of the profile begin with. Statements begin theirs with the base of their framework: it is the one
// that the request was sent to, else that of the first framework that was published.
func (s *service) profileBase(r *http.Request) string {
	base := s.IRIBase
	for _, p := range s.Frameworks.Publications() {
		base = p.Catalog.IRIBase
		if u, err := url.Parse(base); err == nil && strings.EqualFold(u.Host, r.Host) {
			return base
		}
	}
	return base
}
