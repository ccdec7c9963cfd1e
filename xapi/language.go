package xapi

import "strings"

// isLanguageTag checks the sequence of subtags of RFC 5646 (2.1) by length and kind, as Data 2.2 asks at least: language,
// extended language, script, region, variants, extensions, private use. The registry is not consulted.
func isLanguageTag(tag string) bool {
	first, rest, more := strings.Cut(tag, "-")
	if len(first) == 1 { // private use, and the irregular tags of old: i-klingon
		return (first[0]|0x20 == 'x' || first[0]|0x20 == 'i') && more && isPrivate(rest)
	}
	if len(first) < 2 || len(first) > 8 || !isAll(first, isAlpha) {
		return false
	}
	for stage := afterLanguage; more; {
		var sub string
		sub, rest, more = strings.Cut(rest, "-")
		if len(sub) == 1 && isAlphanumeric(sub[0]) {
			if stage == afterSingleton {
				return false
			}
			if sub[0]|0x20 == 'x' {
				return more && isPrivate(rest)
			}
			stage = afterSingleton
			continue
		}
		next := stageOf(sub, stage)
		if next == noStage {
			return false
		}
		stage = next
		if !more {
			return true
		}
	}
	return !strings.Contains(tag, "-") // a tag never ends with a singleton
}

// The stages of a tag, in the order in which they may come.
const (
	noStage = iota
	afterLanguage
	afterExtended
	afterScript
	afterRegion
	afterVariant
	afterSingleton
	afterExtension
)

// stageOf says what a subtag is, given what stood before it.
func stageOf(sub string, stage int) int {
	switch n := len(sub); {
	case !isAll(sub, isAlphanumeric) || n > 8:
		return noStage
	case stage >= afterSingleton:
		return afterExtension
	case n == 3 && isAll(sub, isAlpha) && stage <= afterExtended:
		return afterExtended
	case n == 4 && isAll(sub, isAlpha) && stage < afterScript:
		return afterScript
	case (n == 2 && isAll(sub, isAlpha) || n == 3 && isAll(sub, isDigit)) && stage < afterRegion:
		return afterRegion
	case n >= 5 || n == 4 && isDigit(sub[0]):
		return afterVariant
	}
	return noStage
}

func isPrivate(s string) bool {
	for sub := range strings.SplitSeq(s, "-") {
		if len(sub) > 8 || !isAll(sub, isAlphanumeric) {
			return false
		}
	}
	return true
}

func isAll(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(c byte) bool { return isAlpha(c) || isDigit(c) }
