package xapi

import "strings"

// isIRI is a best-effort check (Data 2.2 allows one): a scheme, something behind it, and no white space, control character,
// quote or angle bracket. What else RFC 3987 forbids is let through, because content in the field sends it.
func isIRI(s string) bool {
	colon := strings.IndexByte(s, ':')
	if colon < 1 || colon == len(s)-1 || !isAlpha(s[0]) {
		return false
	}
	for i := 1; i < colon; i++ {
		if c := s[i]; !isAlpha(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return isPlain(s[colon+1:])
}

// isPlain says that a text holds nothing that no IRI and no e-mail address can hold.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' {
			return false
		}
	}
	return s != ""
}

// isUUID checks the standard string form, in either case. Version and variant are not looked at (Data 4.4 recommends only).
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !isHex(c) {
				return false
			}
		}
	}
	return true
}

// NormalUUID gives a UUID in lower case, and whether it has the standard string form.
func NormalUUID(s string) (string, bool) { return strings.ToLower(s), isUUID(s) }

// isMbox checks "mailto:" with one address: a local part, an @ and a domain (Data 2.4.2.3).
func isMbox(s string) bool {
	address, ok := strings.CutPrefix(s, "mailto:")
	at := strings.LastIndexByte(address, '@')
	return ok && at > 0 && at < len(address)-1 && isPlain(address) && !strings.ContainsAny(address[at:], "?,;")
}

// normalMbox puts the domain in lower case: it is the part whose case does not count (Data 2.3.1).
func normalMbox(s string) string {
	at := strings.LastIndexByte(s, '@') + 1
	return s[:at] + strings.ToLower(s[at:])
}

func isSHA1(s string) bool {
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return len(s) == 40
}

// isMediaType checks type/subtype, with whatever parameters (RFC 2046).
func isMediaType(s string) bool {
	s, _, _ = strings.Cut(s, ";")
	kind, sub, ok := strings.Cut(strings.TrimRight(s, " "), "/")
	return ok && isToken(kind) && isToken(sub)
}

func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// IsIRI says whether a text has a scheme and nothing that no IRI can hold: what a statement's IRIs are checked for.
func IsIRI(s string) bool { return isIRI(s) }
