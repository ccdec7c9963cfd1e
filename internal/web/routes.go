package web

import (
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"
)

// routes is every address of the package. {s} is the token of a launch; a page under it belongs to that launch alone.
func (s *site) routes() http.Handler {
	m := mux.NewRouter()
	m.NotFoundHandler = s.open(s.unknown)
	m.MethodNotAllowedHandler = allowing(m, s.open(s.wrongMethod))

	m.Handle(s.path(s.urls.Login), s.open(s.login)).Methods("GET", "POST")
	m.Handle(s.path(s.urls.Launch), s.open(s.launch)).Methods("POST")
	m.Handle(s.path(s.urls.KeySet), s.open(s.keys)).Methods("GET", "HEAD")
	m.Handle("/static/{file}", s.open(s.static)).Methods("GET", "HEAD")
	m.Handle("/", s.open(s.front)).Methods("GET", "HEAD")
	m.Handle("/admin/enter", s.open(s.operatorDoor)).Methods("GET", "HEAD")
	m.Handle("/admin/enter", s.open(s.enterOperator)).Methods("POST")

	get := func(path string, right right, a action) {
		m.Handle("/s/{s}"+path, s.inside(right, a)).Methods("GET", "HEAD")
	}
	post := func(path string, right right, a action) {
		m.Handle("/s/{s}"+path, s.inside(right, s.guarded(a))).Methods("POST")
	}
	get("/me", anyone, s.overview)
	get("/me/start", anyone, s.start)
	post("/me/start", doer, s.saveStart)
	get("/me/next", anyone, s.nextSteps)
	get("/me/changes", anyone, s.changes)
	get("/me/record", anyone, s.myRecord)
	get("/me/record.csv", anyone, s.recordCSV)
	get("/me/record/differences", anyone, s.recordDifferences)
	m.Handle("/s/{s}/window", s.open(s.ownWindow)).Methods("POST")
	get("/me/list", anyone, s.list)
	get("/me/section/{id}", anyone, s.section)
	get("/me/capability/{id}", anyone, s.capability)
	get("/me/rate/{id}/done", anyone, s.rateDone)
	get("/me/rate/{id}/{n}", anyone, s.rate)
	post("/me/rate/{id}/{n}", doer, s.saveRating)

	get("/activity/{id}", anyone, s.activity)
	post("/activity/{id}/open", doer, s.openActivity)
	post("/activity/{id}/finish", doer, s.finishActivity)

	s.accountRoutes(get, post)
	s.pickRoutes(get, post)
	s.adminRoutes(get, post)
	m.Handle("/s/{s}/admin/frameworks/import", s.inside(reader, operating(s.guardedFile(s.importFramework)))).Methods("POST")
	s.aboutRoutes(get, post)

	s.courseRoutes(get, post)
	m.Handle("/s/{s}/course/activities/import", s.inside(author, s.guardedFile(s.importTags))).Methods("POST")
	return unmoved(m, m.NotFoundHandler)
}

// unmoved keeps the router from redirecting what is posted to a cleaner path: browsers follow without the form. Such a path is not there.
func unmoved(m *mux.Router, missing http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		clean := path.Clean("/" + r.URL.Path)
		if r.Method == http.MethodPost && strings.TrimSuffix(r.URL.Path, "/") != strings.TrimSuffix(clean, "/") {
			missing.ServeHTTP(w, r)
			return
		}
		m.ServeHTTP(w, r)
	})
}

// mounter puts an action at an address under /s/{s}.
type mounter func(path string, right right, a action)

// pickRoutes is what an LMS opens for an author who places a link.
func (s *site) pickRoutes(get, post mounter) {
	get("/pick/1", author, s.pickWhat)
	get("/pick/2", author, s.pickDetails)
	post("/pick/2", author, s.saveDetails)
	get("/pick/3", author, s.pickCheck)
	post("/pick/3", author, s.addPicked)
	post("/pick/cancel", author, s.cancelPick)
}

// adminRoutes is for those who run Cairn, and, where only their own LMS is concerned, for its administrators.
func (s *site) adminRoutes(get, post mounter) {
	get("/admin", reader, operating(s.learningSites))
	s.accessRoutes(get, post)
	s.frameworkRoutes(get, post)
	s.peopleRoutes(get, post)
	s.identityRoutes(get, post)
	get("/admin/diagnosis", reader, administering(s.diagnosis))
	post("/admin/diagnosis", reader, administering(s.checkNow))
}

// allowing names the methods that an address takes before its refusal of another one is written (RFC 9110, 15.5.6).
func allowing(m *mux.Router, refusal http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var takes []string
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			asked, match := *r, mux.RouteMatch{}
			asked.Method = method
			if m.Match(&asked, &match) && match.MatchErr == nil {
				takes = append(takes, method)
			}
		}
		w.Header().Set("Allow", strings.Join(takes, ", "))
		refusal.ServeHTTP(w, r)
	})
}

// path is an address of the tool as it is mounted here: under the base URL.
func (s *site) path(address string) string { return strings.TrimPrefix(address, s.urls.Base) }
