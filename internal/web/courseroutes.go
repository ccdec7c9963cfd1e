package web

// courseRoutes is for those who lead a course: its people, and what is tagged there.
func (s *site) courseRoutes(get, post mounter) {
	get("/course/people", witness, s.people)
	get("/course/people.csv", witness, s.peopleCSV)
	get("/course/people/{learner}", witness, s.person)
	get("/course/people/{learner}/list", witness, s.personList)
	get("/course/people/{learner}/section/{id}", witness, s.personSection)
	get("/course/people/{learner}/capability/{id}", witness, s.personCapability)
	get("/course/gaps", witness, s.gaps)
	get("/course/gaps/list", witness, s.gapsList)
	get("/course/coverage", lead, s.coverage)
	get("/course/coverage.csv", lead, s.coverageCSV)
	get("/course/coverage/list", lead, s.coverageList)
	get("/course/activities", lead, s.activities)
	post("/course/activities", author, s.addActivity)
	get("/course/activities/{code}/name", lead, s.nameActivity)
	post("/course/activities/{code}/name", author, s.renameActivity)
	get("/course/tags/activity/{code}", lead, s.tagActivity)
	post("/course/tags/activity/{code}", author, s.saveTags)
	post("/course/copy", author, s.copyTags)
	get("/course/review", lead, s.review)
	get("/course/review/capability/{id}", lead, s.reviewCapability)
	get("/course/history", lead, s.history)
	post("/course/history/{id}/undo", author, s.undo)
}
