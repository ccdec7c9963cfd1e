package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/xapi/lrs"
)

// object is a JSON object of the document.
type object = map[string]any

// description is what the document begins with.
const description = `Frameworks, alignments, rules, learners and how they stand, for programs.

A program enters with a credential's key and secret by HTTP Basic, or with an access token that it gets for them (OAuth 2.0, client
credentials). Each operation names the scope it needs; ` + "`all`" + ` covers everything, ` + "`all/read`" + ` everything that reads. The limits of a credential
(home page, activities, requests a minute) hold here as at the record store. Every refusal is a problem (RFC 9457) whose ` + "`rule`" + ` is
stable. Lists go on at the address in ` + "`next`" + `. What holds nothing of people has an ETag. GET answers HEAD too.`

// Document writes the OpenAPI 3.1 document of the API, from the routes. base is the address of the server, without a slash at its end;
// "" for addresses that begin at the server's root.
func Document(base string) ([]byte, error) {
	base = strings.TrimRight(base, "/")
	paths, schemas := object{}, newSchemas()
	for _, r := range (&service{}).routes() {
		item, ok := paths[r.path].(object)
		if !ok {
			item = object{}
			paths[r.path] = item
		}
		item[strings.ToLower(r.method)] = r.operation(schemas)
	}
	schemas.of(problem{})
	raw, err := json.Marshal(object{
		"openapi": "3.1.0",
		"info":    object{"title": "Cairn", "version": "1", "description": description},
		"servers": []object{{"url": base + Prefix}},
		"paths":   paths,
		"components": object{
			"schemas": schemas.all,
			"responses": object{"Problem": object{
				"description": "It was refused: why, and by which rule", "content": object{"application/problem+json": object{"schema": ref("Problem")}},
			}},
			"securitySchemes": object{
				"key":   object{"type": "http", "scheme": "basic", "description": "The key and the secret of a credential."},
				"token": object{"type": "oauth2", "flows": object{"clientCredentials": object{"tokenUrl": base + "/xapi/oauth/token", "scopes": scopeWords()}}},
			},
		},
	}, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("api: write the OpenAPI document: %w", err)
	}
	return append(raw, '\n'), nil
}

// scopeWords is the scopes of the API with what they allow.
func scopeWords() map[lrs.Scope]string {
	return map[lrs.Scope]string{
		lrs.ScopeCapabilitiesRead: "Frameworks, and which capabilities have activities",
		lrs.ScopeAlignmentsRead:   "Alignments, rules and the history of both",
		lrs.ScopeAlignmentsWrite:  "Changing alignments and rules",
		lrs.ScopeLearnersRead:     "Learners by their accounts, and how they stand",
		lrs.ScopeLearnersNames:    "With learners/read: what their learning sites call them",
		lrs.ScopeAllRead:          "Everything that reads",
		lrs.ScopeAll:              "Everything",
	}
}

// operation is a route in the words of OpenAPI.
func (r route) operation(s *schemas) object {
	out := object{"operationId": r.name, "summary": r.summary, "tags": []string{r.group}, "responses": r.responses(s), "security": []object{}}
	about := r.about
	if r.scope != "" {
		out["security"] = []object{{"key": []string{}}, {"token": []lrs.Scope{r.scope}}}
		about = strings.TrimSpace(about + " Needs the scope `" + string(r.scope) + "`.")
		if r.wide {
			about += " Not for credentials that are limited to activities."
		}
	}
	if about != "" {
		out["description"] = about
	}
	if p := r.parameterObjects(); len(p) > 0 {
		out["parameters"] = p
	}
	if r.body != nil {
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(r.body())}}}
	}
	if r.table {
		out["requestBody"] = object{"required": true, "content": object{"text/csv": object{"schema": object{"type": "string"}}}}
	}
	return out
}

func (r route) parameterObjects() []object {
	var out []object
	for part := range strings.SplitSeq(r.path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, object{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	for _, p := range r.parameters() {
		out = append(out, object{"name": p.name, "in": "query", "required": p.required, "description": p.about, "schema": p.schema()})
	}
	return out
}

func (p parameter) schema() object {
	switch {
	case p.kind == kindNumber && p.name == "limit":
		return object{"type": "integer", "minimum": 1, "maximum": p.most, "default": defaultLimit}
	case p.kind == kindNumber:
		return object{"type": "integer", "minimum": p.least(), "maximum": p.most}
	case p.kind == kindYes:
		return object{"type": "boolean"}
	case p.kind == kindMoment:
		return object{"type": "string", "format": "date-time"}
	case p.words != nil:
		return object{"type": "string", "enum": p.words}
	}
	return object{"type": "string", "minLength": 1}
}

// responses names every status that a route answers with.
func (r route) responses(s *schemas) object {
	out := object{}
	success := r.statuses
	if success == nil {
		success = []int{http.StatusOK}
	}
	kind := r.kind
	if kind == "" {
		kind = "application/json"
	}
	for _, status := range success {
		out[strconv.Itoa(status)] = object{"description": http.StatusText(status), "content": object{kind: object{"schema": s.of(r.gives)}}}
	}
	problems := []int{http.StatusBadRequest, http.StatusServiceUnavailable}
	if r.scope != "" {
		problems = append(problems, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	if r.gone {
		problems = append(problems, http.StatusNotFound)
	}
	if r.changes() {
		problems = append(problems, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	for _, status := range problems {
		out[strconv.Itoa(status)] = object{"$ref": "#/components/responses/Problem"}
	}
	if r.method == http.MethodGet && r.scope != lrs.ScopeLearnersRead {
		out[strconv.Itoa(http.StatusNotModified)] = object{"description": "It is as it was, by If-None-Match"}
	}
	return out
}
