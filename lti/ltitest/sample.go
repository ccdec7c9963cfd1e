package ltitest

// Lab fills a platform with the site the Moodle captures were taken from, with the same ids: users 2 to 6, course 2 with a
// page, a quiz, an assignment and one link with line item 4, and the empty site course 1. User 6 exists and is not enrolled.
// It answers the tool with its ids filled in.
func Lab(p *Platform, t Tool) Tool {
	t.Name = or(t.Name, "Stub Capability Tool")
	t = p.AddTool(t)
	for _, u := range []User{
		{Sub: "2", Username: "admin", Given: "Admin", Family: "User", Email: "admin@example.test", Says: "Administrator"},
		{Sub: "3", Username: "teacher1", Given: "Tove", Family: "Teacher", Email: "teacher1@example.test", Says: "Teacher"},
		{Sub: "4", Username: "student1", Given: "Sam", Family: "Student", Email: "student1@example.test", SourcedID: "SIS-0001",
			Says: "Student"},
		{Sub: "5", Username: "student2", Given: "Åse", Family: "Ødegård-Łuk", Email: "student2@example.test", Says: "Student"},
		{Sub: "6", Username: "student3", Given: "Kim", Family: "Late", Email: "student3@example.test", Says: "Student"},
	} {
		p.AddUser(u)
	}
	p.AddCourse(Course{ID: "2", Title: "Capability Course 101", Label: "CAP101", SourcedID: "SIS-CAP101"})
	p.AddCourse(Course{ID: "1", Title: "Moodle Lab", Label: "LAB"})
	p.Enrol(Member{Course: "2", User: "3", Roles: []string{"Instructor"}})
	p.Enrol(Member{Course: "2", User: "4", Roles: []string{"Learner"}, Groups: []string{"1"}})
	p.Enrol(Member{Course: "2", User: "5", Roles: []string{"Learner"}})
	p.AddActivity(Activity{Module: 1, Course: "2", Kind: Page, Name: "Reading (auto completion by view)"})
	p.AddActivity(Activity{Module: 3, Course: "2", Kind: Quiz, Name: "Check quiz"})
	p.AddActivity(Activity{Module: 5, Course: "2", Kind: Assignment, Name: "Hand in"})
	p.AddLink(ResourceLink{
		ID: "1", Module: 7, Course: "2", Tool: t.ID, Section: 1, Title: "Capability: Plan a project",
		Description:   "Do the thing, prove the capability.",
		TargetLinkURI: t.TargetLinkURI + "?cap=plan-project",
		Custom:        map[string]string{"capability_id": "cap-0001", "framework": "sfia"},
		LineItem:      &LineItem{ID: 4, Maximum: 20, ResourceID: "cap-0001", Tag: "capability"},
	})
	return t
}

// Sampled names what Sample made.
type Sampled struct {
	Tool                           Tool
	Learner, Other, Author, Lead   string // subs
	Course, Second                 string // context ids
	Link, SecondLink               string // resource link ids
	Item, SecondItem               int    // line items of the links
	Page, Quiz, Assignment, Module int    // course modules of the first course; Module is the link's
	SecondQuiz                     int
}

// Sample fills a platform with the people and courses of the demo: two learners, an author and an education lead, a course
// with a page, a quiz, an assignment and the tool's link, and a second, smaller course.
func Sample(p *Platform, t Tool) Sampled {
	t.Name = or(t.Name, "Cairn")
	s := Sampled{Tool: p.AddTool(t), Learner: "4", Other: "5", Author: "3", Lead: "2", Course: "2", Second: "3"}
	p.samplePeople(s)
	p.AddCourse(Course{ID: s.Course, Title: "AI in clinical practice", Label: "AI101", SourcedID: "SIS-AI101"})
	p.AddCourse(Course{ID: s.Second, Title: "Data security refresher", Label: "DATA", SourcedID: "SIS-DATA"})
	for _, course := range []string{s.Course, s.Second} {
		p.Enrol(Member{Course: course, User: s.Learner, Roles: []string{"Learner"}})
		p.Enrol(Member{Course: course, User: s.Other, Roles: []string{"Learner"}})
		p.Enrol(Member{Course: course, User: s.Author, Roles: []string{"Instructor"}})
		p.Enrol(Member{Course: course, User: s.Lead, Roles: []string{RoleInstitutionAdmin, RoleInstructor, RoleSystemAdmin}})
	}
	p.sampleActivities(&s)
	first, second := p.sampleLink(s.Tool.ID, s.Course), p.sampleLink(s.Tool.ID, s.Second)
	s.Link, s.Module, s.Item = first.ID, first.Module, first.LineItem.ID
	s.SecondLink, s.SecondItem = second.ID, second.LineItem.ID
	return s
}

func (p *Platform) samplePeople(s Sampled) {
	for _, u := range []User{
		{Sub: s.Learner, Username: "lena", Given: "Lena", Family: "Learner", SourcedID: "SIS-0001",
			Says: "Learner: completes activities, sees progress"},
		{Sub: s.Other, Username: "omar", Given: "Omar", Family: "Other", Says: "Another learner"},
		{Sub: s.Author, Username: "aoife", Given: "Aoife", Family: "Author",
			Says: "Course author: tags activities with capabilities, grades"},
		{Sub: s.Lead, Username: "lou", Given: "Lou", Family: "Lead", Says: "Education lead: sees the cohort"},
	} {
		u.Email = u.Username + "@example.test"
		p.AddUser(u)
	}
}

func (p *Platform) sampleActivities(s *Sampled) {
	s.Page = p.AddActivity(Activity{
		Course: s.Course, Kind: Page, Name: "What machine learning can and cannot do",
		Text: "A model learns patterns from examples. It knows nothing of what the examples leave out: " +
			"always ask where the data came from.",
	}).Module
	s.Quiz = p.AddActivity(Activity{
		Course: s.Course, Kind: Quiz, Name: "Judging an AI tool", Pass: 6, QuestionName: "Bias",
		Question: "True or false: a model trained on one hospital's patients can fail at another hospital.",
	}).Module
	s.Assignment = p.AddActivity(Activity{
		Course: s.Course, Kind: Assignment, Name: "Plan a safe introduction", Pass: 60,
		Text: "Write one page: how would you introduce a triage tool on your ward?",
	}).Module
	s.SecondQuiz = p.AddActivity(Activity{
		Course: s.Second, Kind: Quiz, Name: "Handling patient data", QuestionName: "Sharing",
		Question: "True or false: patient data needs a lawful basis before it is shared.",
	}).Module
}

func (p *Platform) sampleLink(tool, course string) ResourceLink {
	return p.AddLink(ResourceLink{
		Course: course, Tool: tool, Title: "My capabilities", Section: 1,
		Description: "Your progress in the capability framework.", LineItem: &LineItem{Maximum: 100},
	})
}
