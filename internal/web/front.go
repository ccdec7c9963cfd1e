package web

// frontBody is the page at the root: what this is, for people who come by chance or look whether it runs.
type frontBody struct{ Version string }

// front answers the root of the site. It needs no session, and says nothing about who uses it.
func (s *site) front(v *visit) (answer, error) {
	v.origins = []string{}
	return answer{page: &page{file: "front", Title: v.say("front.title"), Body: frontBody{s.Version}}}, nil
}
