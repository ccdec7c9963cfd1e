package web

// aboutPage begins a page about Cairn itself, which any session may read.
func (s *site) aboutPage(v *visit, file, title string) *page {
	p := &page{file: file, Title: title, Tabs: s.tabs(v, "")}
	if v.session.Pick != nil {
		p.Crumbs = []crumb{{v.say("pick.titlewhat"), v.to(landing(*v.session))}}
	}
	return p
}

// aboutCairn answers a page of the text file alone.
func (s *site) aboutCairn(file string) action {
	return func(v *visit) (answer, error) {
		if _, err := v.query(); err != nil {
			return answer{}, err
		}
		return answer{page: s.aboutPage(v, file, v.say(file+".title"))}, nil
	}
}

// privacy answers what is kept and who sees it, with the way to the reader's accounts.
func (s *site) privacy(v *visit) (answer, error) {
	out, err := s.aboutCairn("privacy")(v)
	if err == nil && !v.session.Operator {
		out.page.Body = v.to("me/accounts")
	}
	return out, err
}

// aboutRoutes are the pages that every footer and header leads to.
func (s *site) aboutRoutes(get, post mounter) {
	get("/display", reader, s.display)
	post("/display", reader, s.saveDisplay)
	get("/help", reader, s.aboutCairn("help"))
	get("/accessibility", reader, s.aboutCairn("accessibility"))
	get("/privacy", reader, s.privacy)
}
