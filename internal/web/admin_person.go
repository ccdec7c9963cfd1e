package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cairn/internal/pipeline"
)

// PersonData answers what one person asks of their data.
type PersonData interface {
	// FindPerson answers the id of the learner who is meant. ErrNotFound, *ErasedError, and ErrMany when several people are.
	FindPerson(ctx context.Context, who Who) (learner string, err error)
	// PersonHeld counts what is kept. ErrNotFound, *ErasedError.
	PersonHeld(ctx context.Context, learner string) (PersonHeld, error)
	// ExportPerson answers all of it as JSON lines. ErrNotFound, ErrLarge.
	ExportPerson(ctx context.Context, learner string) ([]byte, error)
	// ErasePerson takes it away. ErrNotFound, ErrNames.
	ErasePerson(ctx context.Context, learner, reason string) error
	// Erasures answers when and why people were erased, the newest first, and names nobody.
	Erasures(ctx context.Context, limit int) ([]pipeline.Erased, error)
}

// Refusals of PersonData.
var (
	ErrMany  = errors.New("web: this says of several people who is meant")
	ErrLarge = errors.New("web: this is too large for one file of a page")
	ErrNames = errors.New("web: the reason names the person, and it stays in the log")
)

// ErasedError says that a person was erased, and when.
type ErasedError struct{ At time.Time }

func (e *ErasedError) Error() string {
	return "web: the person was erased on " + e.At.Format(time.RFC3339)
}

// Who says who is meant: by a learner's id, by an account of an LMS, or by an xAPI agent.
type Who struct{ Learner, Issuer, Subject, Agent string }

// PersonHeld is what is kept about a person.
type PersonHeld struct {
	Accounts  []string       // the LMSs of their accounts
	Counts    map[string]int // by kind
	Forwarded []string       // record stores that records were sent to
	Pulled    []string       // record stores that records came from
	Shared    bool           // some of what names them is linked to others too, and stays theirs
}

// What is counted, in its order; everything else is counted together.
var heldKinds = []string{"statements", "named", "attachments", "document", "evidence", "progress", "transition", "rating", "endorsement"}

const (
	eraseWord     = "ERASE"
	mostErasures  = 50
	byLearnerID   = "learner"
	byAgent       = "agent"
	mostIDLength  = 2000
	mostReasonLen = 500
)

type peopleAdminBody struct {
	Find  string
	By    []option
	ID    textField
	Log   []erasureRow
	NoLog bool
}

type erasureRow struct{ When, Why string }

// adminPeople answers /admin/people: the form that finds somebody, and the log of erasures.
func (s *site) adminPeople(v *visit) (answer, error) {
	q, err := v.query("erased")
	if err != nil {
		return answer{}, err
	}
	p, err := s.adminPeoplePage(v, "", "", "")
	if err == nil && q.Has("erased") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("erase.done"), v.say("erase.again")}}
	}
	return answer{page: p}, err
}

func (s *site) adminPeoplePage(v *visit, by, id, wrong string) (*page, error) {
	sites, err := s.Admin.Sites.LearningSites(v.Context())
	if err != nil {
		return nil, fmt.Errorf("list the learning sites: %w", err)
	}
	all, err := s.Admin.People.Erasures(v.Context(), mostErasures)
	if err != nil {
		return nil, fmt.Errorf("list the erasures: %w", err)
	}
	b := peopleAdminBody{Find: v.to("admin/people"), NoLog: len(all) == 0, ID: textField{ID: "id", Label: v.say("persondata.id"), Hint: v.say("persondata.idhint"), Value: id, Error: wrong}}
	for _, l := range sites {
		if !slices.ContainsFunc(b.By, func(o option) bool { return o.Value == l.Issuer }) {
			b.By = append(b.By, option{l.Issuer, v.say("persondata.by.site", "site", l.Issuer), by == l.Issuer})
		}
	}
	b.By = append(b.By, option{byLearnerID, v.say("persondata.by.learner"), by == byLearnerID}, option{byAgent, v.say("persondata.by.agent"), by == byAgent})
	for _, e := range all {
		b.Log = append(b.Log, erasureRow{v.dateTime(e.At), e.Reason})
	}
	p := s.adminPage(v, "adminpeople", v.say("persondata.title"), "people")
	p.Body = b
	return p, nil
}

// findPerson finds who is meant. What was typed stands in no address: the page it leads to is named by a random id.
func (s *site) findPerson(v *visit) (answer, error) {
	by, id := v.PostForm.Get("by"), strings.TrimSpace(v.PostForm.Get("id"))
	who := Who{Issuer: by, Subject: id}
	switch by {
	case byLearnerID:
		who = Who{Learner: id}
	case byAgent:
		who = Who{Agent: id}
	}
	learner, err := "", error(ErrNotFound)
	if id != "" && by != "" && len(id) <= mostIDLength {
		learner, err = s.Admin.People.FindPerson(v.Context(), who)
	}
	if err == nil {
		return answer{location: v.to("admin/people/" + url.PathEscape(learner))}, nil
	}
	words, ok := v.notFoundWords(err)
	if !ok {
		return answer{}, fmt.Errorf("find a person: %w", err)
	}
	p, err := s.adminPeoplePage(v, by, id, words)
	if err != nil {
		return answer{}, err
	}
	return adminRefused(p, &fieldErrors{list: []fieldError{{words, "id"}}})
}

// notFoundWords says why nobody was found.
func (v *visit) notFoundWords(err error) (string, bool) {
	var erased *ErasedError
	switch {
	case errors.As(err, &erased):
		return v.say("persondata.erased", "when", v.date(erased.At)), true
	case errors.Is(err, ErrMany):
		return v.say("persondata.many"), true
	case errors.Is(err, ErrNotFound):
		return v.say("persondata.nobody"), true
	}
	return "", false
}

type personDataBody struct {
	Sites             []string
	Counts            []string
	Forwarded, Pulled []string
	Shared            bool
	Download, Erase   string
	Word, Reason      textField
}

func (s *site) personDataPage(v *visit, file, title string, crumbs ...crumb) (*page, personDataBody, error) {
	held, err := s.Admin.People.PersonHeld(v.Context(), v.param("learner"))
	if err != nil {
		return nil, personDataBody{}, fmt.Errorf("count what is kept about a person: %w", err)
	}
	at := "admin/people/" + url.PathEscape(v.param("learner"))
	b := personDataBody{Sites: held.Accounts, Forwarded: held.Forwarded, Pulled: held.Pulled, Shared: held.Shared, Download: v.to(at + "/data.jsonl"), Erase: v.to(at + "/erase")}
	other := 0
	for kind, n := range held.Counts {
		if !slices.Contains(heldKinds, kind) {
			other += n
		}
	}
	for _, kind := range heldKinds {
		b.Counts = append(b.Counts, v.say("persondata.kind."+kind, "n", held.Counts[kind]))
	}
	b.Counts = append(b.Counts, v.say("persondata.kind.other", "n", other))
	p := s.adminPage(v, file, title, "people", append([]crumb{{v.say("persondata.title"), v.to("admin/people")}}, crumbs...)...)
	return p, b, nil
}

// personData answers what is kept about one person, by kind, and who else has copies.
func (s *site) personData(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	p, b, err := s.personDataPage(v, "adminperson", v.say("persondata.one"))
	if err != nil {
		return answer{}, err
	}
	p.Body = b
	return answer{page: p}, nil
}

// downloadPerson answers everything as one file, whose name says nothing of the person.
func (s *site) downloadPerson(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	body, err := s.Admin.People.ExportPerson(v.Context(), v.param("learner"))
	if errors.Is(err, ErrLarge) {
		return answer{}, refuse(http.StatusRequestEntityTooLarge, "person-too-large", "largeperson")
	}
	if err != nil {
		return answer{}, fmt.Errorf("export a person: %w", err)
	}
	s.Log.Info("a person's data was downloaded", "request", v.id)
	return answer{body: body, kind: "application/jsonl", download: "person-" + s.Now().UTC().Format(isoDate) + ".jsonl"}, nil
}

func (s *site) erasePage(v *visit, reason string, wrong *fieldErrors) (*page, error) {
	at := crumb{v.say("persondata.one"), v.to("admin/people/" + url.PathEscape(v.param("learner")))}
	p, b, err := s.personDataPage(v, "adminerase", v.say("erase.title"), at)
	if err != nil {
		return nil, err
	}
	b.Reason = textField{ID: "reason", Label: v.say("erase.reason"), Hint: v.say("erase.reasonhint"), Value: reason, Error: wrong.Of("reason")}
	b.Word = textField{ID: "word", Label: v.say("erase.word", "word", eraseWord), Error: wrong.Of("word")}
	p.Body = b
	return p, nil
}

// askErase answers what goes, what stays, and who else holds copies, before anything is done.
func (s *site) askErase(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	p, err := s.erasePage(v, "", &fieldErrors{})
	return answer{page: p}, err
}

// erasePerson erases after the typed word and a reason that names nobody. Who pressed may leave: it is done to its end.
func (s *site) erasePerson(v *visit) (answer, error) {
	reason, wrong := strings.TrimSpace(v.PostForm.Get("reason")), &fieldErrors{}
	if reason == "" || len(reason) > mostReasonLen {
		wrong.add("reason", v.say("erase.noreason"))
	}
	if strings.TrimSpace(v.PostForm.Get("word")) != eraseWord {
		wrong.add("word", v.say("erase.noword", "word", eraseWord))
	}
	if len(wrong.list) == 0 {
		err := s.Admin.People.ErasePerson(context.WithoutCancel(v.Context()), v.param("learner"), reason)
		if err == nil {
			s.Log.Info("a person was erased", "request", v.id)
			return v.done("admin/people?erased=1"), nil
		}
		if !errors.Is(err, ErrNames) {
			return answer{}, fmt.Errorf("erase a person: %w", err)
		}
		wrong.add("reason", v.say("erase.names"))
	}
	p, err := s.erasePage(v, reason, wrong)
	if err != nil {
		return answer{}, err
	}
	return adminRefused(p, wrong)
}

// peopleRoutes is for who runs Cairn alone: a person may have accounts of several LMSs, and what is erased does not come back.
func (s *site) peopleRoutes(get, post mounter) {
	get("/admin/people", reader, operating(s.adminPeople))
	post("/admin/people", reader, operating(s.findPerson))
	get("/admin/people/{learner}", reader, operating(s.personData))
	get("/admin/people/{learner}/data.jsonl", reader, operating(s.downloadPerson))
	get("/admin/people/{learner}/erase", reader, operating(s.askErase))
	post("/admin/people/{learner}/erase", reader, operating(s.erasePerson))
}
