package xapi

import "strings"

const (
	keyMbox    = "mbox|"
	keySHA1    = "sha1|"
	keyOpenID  = "openid|"
	keyAccount = "account|"
)

// Key is the identifier of the agent as one text, equal for equal agents; "" for a Group without an identifier. The forms are
//
//	mbox|mailto:Local@domain      the domain in lower case, the local part as sent
//	sha1|40 hexadecimal digits    in lower case
//	openid|IRI                    as sent
//	account|homePage|name         homePage without one slash at its end, a | in it as %7C; name as sent
//
// Otherwise identifiers are compared letter by letter (RFC 3987, 5.3.1). Where more than one is set the first of this list counts.
func (a Agent) Key() string {
	switch {
	case a.Mbox != "":
		return keyMbox + normalMbox(a.Mbox)
	case a.MboxSHA1Sum != "":
		return keySHA1 + strings.ToLower(a.MboxSHA1Sum)
	case a.OpenID != "":
		return keyOpenID + a.OpenID
	case a.Account != nil:
		return accountKey(a.Account.HomePage, a.Account.Name)
	}
	return ""
}

func accountKey(home, name string) string {
	home = strings.TrimSuffix(home, "/")
	if strings.IndexByte(home, '|') >= 0 {
		home = strings.ReplaceAll(home, "|", "%7C")
	}
	return keyAccount + home + "|" + name
}
