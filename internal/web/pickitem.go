package web

import (
	"cairn/lti"
	"cairn/mapping"
)

// frameHeight is what the pages like to have before they tell their height, in pixels.
const frameHeight = 700

// pages is the progress pages that the answers ask for: one, or one for each domain.
func (a answers) pages(l locale, cat *mapping.Catalog) []answers {
	if a.Show != showEach {
		return []answers{a}
	}
	var out []answers
	for _, d := range cat.Domains() {
		one := a
		one.Show, one.Node, one.Name = showNode, d.ID, l.say("pick.eachname", "name", a.Name, "domain", nodeName(d))
		out = append(out, one)
	}
	return out
}

// item is what the learning site places. Our ids stand in its custom parameters, so that they come along when a course is copied.
func (s *site) item(v *visit, a answers, cat *mapping.Catalog, placed PlacedActivity) lti.ContentItem {
	link := lti.ResourceLinkItem{
		URL: s.urls.Launch, Title: a.Name, Frame: &lti.FrameHint{Height: frameHeight},
		Custom: lti.HistoryParameters(),
	}
	link.Custom[customFramework], link.Custom[customCourse] = cat.ID, v.session.Course.ID
	most, resource := 1, placed.ID
	switch {
	case a.What == pickActivity:
		link.Custom[customActivity] = placed.ID
		link.Available = lti.TimeSpan{Start: placed.Opens, End: placed.Closes}
	case a.Show == showNode:
		link.Custom[customNode] = a.Node
	case a.Show == showRole:
		link.Custom[customArchetype] = a.Role
	}
	if a.What == pickProgress {
		most, resource = len(a.tracked(cat)), "progress"
	}
	if a.Grade && most > 0 {
		link.LineItem = &lti.ItemLineItem{
			Label: a.Name, ScoreMaximum: float64(most), ResourceID: resource, Tag: "cairn-" + a.What,
			SubmissionReview: &lti.SubmissionReview{ReviewableStatus: []string{lti.ActivityInProgress, lti.ActivityCompleted}, Label: v.say("review.label")},
		}
	}
	return link
}
