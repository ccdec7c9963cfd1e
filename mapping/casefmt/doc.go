// Package casefmt is the exchange of frameworks as IMS CASE (Competencies and Academic Standards Exchange): it writes CFPackages
// that are valid against the schema of CASE 1.1, and reads what servers of CASE 1.0 and 1.1 give, which often is not. What CASE
// has no word for stands under "extensions", so that an export read again is the same framework.
package casefmt

// Version is a version of CASE as its addresses write it.
type Version string

// The versions that are served.
const (
	V1p0 Version = "v1p0"
	V1p1 Version = "v1p1"
)

// Path is where the resources of a version begin (CASE 1.1, REST/JSON binding).
func (v Version) Path() string { return "/ims/case/" + string(v) }
