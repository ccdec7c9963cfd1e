package xapi

import "strings"

// Version is the generation of the specification a request speaks. The zero value is not a version.
type Version uint8

// The generations. Patch versions do not differ in the statement model.
const (
	V1 Version = 1 // xAPI 1.0.x
	V2 Version = 2 // xAPI 2.0.x (IEEE 9274.1.1)
)

// VersionHeader names the generation in every request and answer (Communication 3.3).
const VersionHeader = "X-Experience-API-Version"

// ParseVersion reads the value of the version header: 1.0, 1.0.x, 2.0 or 2.0.x. It answers *Invalid for any other.
func ParseVersion(header string) (Version, error) {
	switch {
	case isPatchOf(header, "1.0"):
		return V1, nil
	case isPatchOf(header, "2.0"):
		return V2, nil
	}
	return 0, invalid(ruleVersionHeader, "the version is %q; 1.0, 1.0.x, 2.0 and 2.0.x are accepted", header)
}

// String is the latest patch version of the generation, as the header of an answer gives it.
func (v Version) String() string {
	if v == V2 {
		return "2.0.0"
	}
	return "1.0.3"
}

// statementDefault is the version a statement gets that was sent without one (Data 2.4.10).
func (v Version) statementDefault() string {
	if v == V2 {
		return "2.0.0"
	}
	return "1.0.0"
}

// allowsStatement says whether a statement may name the version. A 2.0 request may carry statements made for 1.0.
func (v Version) allowsStatement(version string) bool {
	return isPatchOf(version, "1.0") || v == V2 && isPatchOf(version, "2.0")
}

func isPatchOf(s, minor string) bool {
	rest, ok := strings.CutPrefix(s, minor)
	if !ok || rest == "" {
		return ok
	}
	patch, ok := strings.CutPrefix(rest, ".")
	return ok && len(patch) <= 9 && isDigits(patch)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
