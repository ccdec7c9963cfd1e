// Package api is Cairn's own JSON API under /api/v1, for programs: frameworks, alignments, rules and their history, learners and how
// they stand with the reasons, coverage and gaps. What it answers to is one table of routes (routes.go): from it requests are checked,
// and the OpenAPI document is made, so that the two cannot part. A request is checked in a fixed order (path, method, credential,
// rate, scope, limits, parameters, body), and every refusal is a problem (RFC 9457) with a stable rule. It reaches data through the
// small interfaces of store.go: no SQL, no pages.
package api
