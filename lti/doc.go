// Package lti is the tool side of LTI 1.3 and LTI Advantage: OIDC login, the launch checks in their fixed order, claims and
// roles, key sets, access tokens, and the services that send grades and read rosters. It knows no SQL, no pages and no xAPI.
package lti
