// Package lrs serves the resources of an xAPI Learning Record Store over small store interfaces, for xAPI 1.0.3 and 2.0 side by
// side: /statements with attachments and signatures, /activities/state, /activities/profile, /agents/profile, /activities,
// /agents and /about, and beside them the token endpoint of OAuth 2.0. It checks requests in a fixed order (route, alternate syntax,
// version, credential, rate, scope, parameters, limits, body) and answers every refusal as JSON with a stable name. It knows no SQL.
//
// The versions differ in little: the alternate request syntax belongs to 1.0.3; who replaces a document must say which one, in
// 1.0.3 for profiles, in 2.0 for states too; and a new profile needs a condition in 1.0.3 only.
package lrs
