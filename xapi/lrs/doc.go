// Package lrs serves the resources of an xAPI Learning Record Store over small store interfaces: /statements and /about, for
// xAPI 1.0.3 and 2.0 side by side. It checks requests in a fixed order (route, version, credential, scope, parameters, body) and
// answers every refusal as JSON with a stable name. It knows no SQL.
package lrs
