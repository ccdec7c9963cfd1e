package main

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/lti"
)

// whole is a claim that is shown as it is.
var whole []string

// shownClaims are the claims, or members of them, whose values say nothing of a person. Of all others only the shape is kept.
var shownClaims = map[string][]string{
	"iss": whole, "aud": whole, "azp": whole, "exp": whole, "iat": whole, "nbf": whole,
	lti.ClaimVersion: whole, lti.ClaimMessageType: whole, lti.ClaimDeployment: whole, lti.ClaimTargetLinkURI: whole, lti.ClaimRoles: whole,
	lti.ClaimResourceLink: {"id"},
	lti.ClaimContext:      {"id", "type"},
	lti.ClaimToolPlatform: {"guid", "product_family_code", "version"},
	lti.ClaimPresentation: {"document_target", "locale"},
	lti.ClaimEndpoint:     {"scope"},
	lti.ClaimNamesRoles:   {"service_versions"},
	lti.ClaimDeepLinking: {"accept_types", "accept_presentation_document_targets", "accept_media_types", "accept_multiple", "accept_lineitem",
		"auto_create"},
}

// The bounds of what is kept of one token.
const (
	maskNames = 60  // claims, or members of one
	maskName  = 150 // bytes
	maskValue = 600 // bytes
)

// maskClaims answers which claims a token has, as a JSON object, without anything that says who the person is; "" when it cannot be
// read. The token need not be genuine: nothing here is trusted.
func maskClaims(token string) string {
	parts := strings.Split(token, ".")
	if len(token) > lti.MaxToken || len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims map[string]jsontext.Value
	if json.Unmarshal(payload, &claims) != nil || claims == nil {
		return ""
	}
	masked := map[string]any{}
	for _, name := range bounded(claims) {
		masked[name] = maskClaim(name, claims[name])
	}
	out, err := json.Marshal(masked, json.Deterministic(true))
	if err != nil {
		return ""
	}
	return string(out)
}

// bounded is the names of an object, of bounded number and length.
func bounded(object map[string]jsontext.Value) []string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(object)), func(name string) bool { return len(name) > maskName })
	return names[:min(len(names), maskNames)]
}

func maskClaim(name string, value jsontext.Value) any {
	members, known := shownClaims[name]
	if known && members == nil {
		return plain(name, value)
	}
	var object map[string]jsontext.Value
	if value.Kind() != '{' || json.Unmarshal(value, &object) != nil {
		return shape(value)
	}
	masked := map[string]any{}
	for _, member := range bounded(object) {
		masked[member] = shape(object[member])
		if slices.Contains(members, member) {
			masked[member] = plain(member, object[member])
		}
	}
	return masked
}

// plain is a value that may be shown, when it is of a shape that such values have: a text, a number, or a list of texts.
func plain(name string, value jsontext.Value) any {
	var text string
	var list []string
	switch {
	case len(value) > maskValue:
		return shape(value)
	case value.Kind() == '"' && json.Unmarshal(value, &text) == nil:
		if name == lti.ClaimTargetLinkURI {
			text, _, _ = strings.Cut(text, "?")
		}
		return text
	case value.Kind() == '[' && json.Unmarshal(value, &list) == nil:
		return list
	case value.Kind() == '0', value.Kind() == 't', value.Kind() == 'f':
		return value
	}
	return shape(value)
}

// shape is what is kept of a value that is nobody's business.
func shape(value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		if len(value) == len(`""`) {
			return "(empty text)"
		}
		return "(text)"
	case '{':
		return "(object)"
	case '[':
		return "(list)"
	case 'n':
		return "(null)"
	case '0':
		return "(number)"
	}
	return "(true or false)"
}
