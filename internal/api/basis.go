package api

import (
	"time"

	"cairn/mapping"
)

// explanation is the one explanation, with what it rests on.
type explanation struct {
	mapping.Explanation
	Basis basis `json:"basis"`
}

// basis is what an answer rests on, so that it can be made again (mapping.md, evidence 8): alignments and rules are those of the position.
type basis struct {
	Framework string `json:"framework"`
	Version   string `json:"version"`      // of the framework: the newest in use on the date that has the capability
	Pos       int64  `json:"pos,omitzero"` // of the log, up to which all is known; not there for `as_of`, which leaves out nothing that came later
}

func (s *service) basis(c mapping.Case) basis {
	out := basis{Pos: c.Pos}
	for _, p := range s.Frameworks.Publications() {
		if _, has := p.Catalog.Capability(c.Capability); !has {
			continue
		}
		if out.Version == "" || inUse(p, c.At) {
			out.Framework, out.Version = p.Catalog.ID, p.Catalog.Version
		}
		if inUse(p, c.At) {
			break
		}
	}
	return out
}

// inUse says whether a version was published by a date and not retired.
func inUse(p mapping.Publication, at time.Time) bool {
	return !p.Published.After(at) && (p.Retired.IsZero() || p.Retired.After(at))
}
