package ltitest

import "net/http"

// frameParent is the storage target of a platform whose page around the tool keeps the values.
const frameParent = "_parent"

// storagePage is the frame in which a platform keeps values for tools (LTI postMessage Storage 1.0, section 2); the page around the
// tool does it by itself where the profile names no frame.
func (p *Platform) storagePage(w http.ResponseWriter, _ *http.Request) {
	if t := p.profile.StorageTarget; t == "" || t == frameParent {
		p.errorPage(w, http.StatusNotFound, "Nothing is kept here.")
		return
	}
	writeHTML(w, http.StatusOK, "storage", p.storageView())
}

// storage is what the pages around tools say of it.
type storage struct {
	Frame   string   // name of the frame; "" when there is none
	Here    bool     // the page itself keeps the values
	Origins []string // of tools
}

func (p *Platform) storageView() storage {
	s := storage{Origins: []string{}}
	switch p.profile.StorageTarget {
	case "":
		return s
	case frameParent:
		s.Here = true
	default:
		s.Frame = p.profile.StorageTarget
	}
	for _, t := range p.Tools() {
		s.Origins = append(s.Origins, origin(t.LoginURL))
	}
	return s
}
