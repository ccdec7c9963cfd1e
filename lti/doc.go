// Package lti is the tool side of LTI 1.3 and LTI Advantage: OIDC login, the launch checks in their fixed order, claims and
// roles, key sets, access tokens, and the services that send grades and read rosters. It knows no SQL, no pages and no xAPI.
//
// A login goes ReadLogin, Tool.CheckLogin (a page may come between), Tool.BeginLogin, then a redirect to AuthRequest.URL. What the
// platform posts goes ReadLaunch, then Tool.Launch, whose checks stand as one list in launch.go. Whatever is turned down is a *Refusal
// that names its rule; the rules are the sentinels of rules.go. Calls to platforms go by NewHTTPClient, which an operator's Guard
// limits: KeySets read keys, Tokens ask for access tokens, Services send scores and read grades. The JOSE library is known to jws.go
// alone.
package lti
