package lrs

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

// MetadataPath is where programs look for the addresses of an authorization server whose issuer has no path (RFC 8414, 3).
const MetadataPath = "/.well-known/oauth-authorization-server"

// Metadata serves the document that says where and how access tokens are given (RFC 8414), to anyone. issuer is the address of the
// server, without a path; prefix that of the resources, as in Config.
func Metadata(issuer, prefix string) http.Handler {
	issuer = strings.TrimRight(issuer, "/")
	body, err := json.Marshal(struct {
		Issuer    string   `json:"issuer"`
		Endpoint  string   `json:"token_endpoint"`
		Methods   []string `json:"token_endpoint_auth_methods_supported"`
		Grants    []string `json:"grant_types_supported"`
		Responses []string `json:"response_types_supported"` // required, and there is no authorization endpoint
		Scopes    []Scope  `json:"scopes_supported"`
	}{issuer, issuer + strings.TrimRight(prefix, "/") + tokenPath, []string{"client_secret_basic", "client_secret_post"}, []string{"client_credentials"}, []string{}, Scopes()})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err != nil { // an issuer that is not UTF-8
			http.Error(w, "the address of this server cannot be written", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		writeJSON(w, http.StatusOK, body)
	})
}
