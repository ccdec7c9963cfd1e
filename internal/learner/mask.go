package learner

import (
	"strings"
	"unicode/utf8"
)

// Masked is an agent's key as pages may show it: enough to tell its kind, not to name anybody. Of a name or an address the first
// letter is left, where there are others.
func Masked(agent string) string {
	if rest, ok := strings.CutPrefix(agent, "mbox|mailto:"); ok {
		local, domain, _ := strings.Cut(rest, "@")
		return masked(local) + "@" + masked(domain)
	}
	if rest, ok := strings.CutPrefix(agent, "account|"); ok {
		return masked(rest[strings.LastIndex(rest, "|")+1:])
	}
	return masked("")
}

// masked hides how long a text is, too.
func masked(text string) string {
	const hidden = "•••"
	first, size := utf8.DecodeRuneInString(text)
	if len(text) <= 2*size {
		return hidden
	}
	return string(first) + hidden
}
