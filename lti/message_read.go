package lti

import (
	"net/url"
	"slices"
	"strings"
)

// message makes a Launch of claims that passed the checks.
func message(t *idToken, reg Registration, login Login) *Launch {
	l := &Launch{
		Registration: reg, Login: login,
		Deployment: t.Deployment.value, NewDeployment: !slices.Contains(reg.Deployments, t.Deployment.value), MessageType: MessageType(t.MessageType.value), TargetLinkURI: t.TargetLinkURI.value,
		Subject: t.Subject.value, Name: t.Name.value, GivenName: t.GivenName.value, FamilyName: t.FamilyName.value, Email: t.Email.value,
		Roles: ParseRoles(t.Roles.value), Custom: t.Custom.value, Ext: t.Ext.value, LegacyUserID: t.LTI11.value.UserID.value,
	}
	if l.TargetLinkURI == "" { // deep linking may leave it out
		l.TargetLinkURI = login.TargetLinkURI
	}
	if t.Context.good() {
		c := t.Context.value
		l.Context = &CourseContext{ID: c.ID.value, Label: c.Label.value, Title: c.Title.value, Types: c.Types.value}
	}
	if t.ResourceLink.good() {
		r := t.ResourceLink.value
		l.ResourceLink = ResourceLink{ID: r.ID.value, Title: r.Title.value, Description: r.Description.value}
	}
	l.readSurroundings(t)
	l.readServices(t)
	return l
}

// readSurroundings takes over what only describes: institution, presentation, platform.
func (l *Launch) readSurroundings(t *idToken) {
	lis, shown, platform := t.LIS.value, t.Presentation.value, t.Platform.value
	l.LIS = LIS{PersonSourcedID: lis.PersonSourcedID.value, SectionSourcedID: lis.SectionSourcedID.value, OfferingSourcedID: lis.OfferingSourced.value}
	l.Presentation = Presentation{
		Locale: shown.Locale.value, DocumentTarget: shown.DocumentTarget.value, ReturnURL: webAddress(shown.ReturnURL.value),
		Width: int(shown.Width), Height: int(shown.Height),
	}
	if l.Presentation.Locale == "" {
		l.Presentation.Locale = t.Locale.value
	}
	l.Platform = ToolPlatform{GUID: platform.GUID.value, Name: platform.Name.value, Family: platform.Family.value, Version: platform.Version.value}
}

// readServices takes over the services that are offered with a usable address.
func (l *Launch) readServices(t *idToken) {
	if e := t.Endpoint.value; t.Endpoint.good() {
		found := &Endpoint{Scopes: e.Scopes.value, LineItems: webAddress(e.LineItems.value), LineItem: webAddress(e.LineItem.value)}
		if found.LineItem != "" || found.LineItems != "" {
			l.Endpoint = found
		}
	}
	if n := t.NamesRoles.value; t.NamesRoles.good() && webAddress(n.MembershipsURL.value) != "" {
		l.NamesRoles = &NamesRoles{MembershipsURL: n.MembershipsURL.value, Versions: n.Versions.value}
	}
	if f := t.ForUser.value; l.MessageType == SubmissionReviewRequest {
		l.ForUser = &ForUser{
			UserID: f.UserID.value, Name: f.Name.value, GivenName: f.GivenName.value, FamilyName: f.FamilyName.value,
			Email: f.Email.value, SourcedID: f.SourcedID.value, Roles: ParseRoles(f.Roles.value),
		}
	}
	if l.MessageType == DeepLinkingRequest {
		l.DeepLinking = settings(&t.DeepLinking.value)
	}
}

// settings takes over what a deep linking request asks for. Absent and false differ for line items, absent and empty for data.
func settings(d *deepLinkingSettings) *DeepLinkingSettings {
	s := &DeepLinkingSettings{
		ReturnURL: d.ReturnURL.value, AcceptTypes: d.AcceptTypes.value, AcceptTargets: d.AcceptTargets.value,
		AcceptMediaTypes: d.AcceptMediaTypes.value, AcceptMultiple: d.AcceptMultiple.value, AutoCreate: d.AutoCreate.value,
		Title: d.Title.value, Text: d.Text.value,
	}
	if d.AcceptLineItem.good() {
		s.AcceptLineItem = &d.AcceptLineItem.value
	}
	if d.Data.good() {
		s.Data = &d.Data.value
	}
	return s
}

// webAddress answers an address that a page may link to and a client may call, or "": absolute, http or https, with a host and
// without a user's name.
func webAddress(s string) string {
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	return s
}
