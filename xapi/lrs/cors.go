package lrs

import (
	"net/http"
	"slices"
	"strings"
)

// allowBrowsers lets content of any origin use the resources from a browser. That gives nothing away: credentials travel in a
// header that a script must hold itself, and the browser is never asked to add cookies.
func allowBrowsers(head http.Header) {
	head.Set("Access-Control-Allow-Origin", "*")
	head.Set("Access-Control-Expose-Headers",
		"Date, ETag, Last-Modified, Retry-After, WWW-Authenticate, X-Experience-API-Consistent-Through, X-Experience-API-Version, X-Request-Id")
}

// preflight answers the question a browser asks first. It carries no version and no credential.
func preflight(w http.ResponseWriter, res resource) error {
	head := w.Header()
	head.Set("Allow", allowed(res))
	head.Set("Access-Control-Allow-Methods", allowed(res))
	head.Set("Access-Control-Allow-Headers",
		"Authorization, Content-Type, Accept, Accept-Language, If-Match, If-None-Match, X-Experience-API-Version, X-Experience-API-Hash")
	head.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func allowed(res resource) string {
	methods := []string{http.MethodOptions}
	for m := range res.methods {
		methods = append(methods, m)
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}
