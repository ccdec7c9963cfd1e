// Package lti is the tool side of LTI 1.3 and LTI Advantage: OIDC login, the launch checks in their fixed order, claims and
// roles, key sets, access tokens, deep linking, dynamic registration, platform storage, and the services for grades and rosters. It
// knows no SQL, no pages and no xAPI.
//
// A login goes ReadLogin, Tool.CheckLogin (a page may come between), Tool.BeginLogin, then a redirect to AuthRequest.URL. What the
// platform posts goes ReadLaunch, then Tool.Admit or Tool.Launch, whose checks stand in order in launch.go. Whatever is turned down is a *Refusal
// that names its rule; the rules are the sentinels of rules.go. Calls to platforms go by NewHTTPClient, which an operator's Guard
// limits: KeySets read keys, Tokens ask for access tokens, Services work with line items, scores, results and rosters. The JOSE library is
// known to jws.go alone.
//
// A deep linking launch is answered by Tool.AnswerDeepLinking, whose form the browser posts. A platform that registers itself goes
// ParseRegistrationStart, Registrar.Discover, Registrar.PlanRegistration (a page shows the plan), Registrar.Register; what came of it is
// stored with the invitation by Invitations.AcceptInvitation. Where a browser keeps no cookie in a frame, Registration.Storage says where
// the platform keeps the login's secret, and PutSecret and GetSecret make the messages that a page sends there.
package lti
