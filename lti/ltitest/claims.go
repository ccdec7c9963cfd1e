package ltitest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// claims makes the claims of one message as the profile's platform would. Platform.mu must be held.
func (p *Platform) claims(l launch, nonce, target string) (map[string]any, error) {
	u, err := p.user(l.user)
	if err != nil {
		return nil, err
	}
	c, err := p.course(l.course)
	if err != nil {
		return nil, err
	}
	t := p.tools[l.tool]
	if t == nil {
		return nil, fmt.Errorf("tool %q: %w", l.tool, ErrUnknownTool)
	}
	m, ok := p.member(l.course, l.user)
	if !ok {
		return nil, fmt.Errorf("user %q in course %q: %w", l.user, l.course, ErrNotEnrolled)
	}
	out := p.commonClaims(l, t, nonce, target)
	p.personClaims(out, u, m, t, c)
	custom := map[string]string{}
	if l.message == messageDeepLink {
		out[claimDL] = p.deepLinkSettings(l, t, c)
	}
	if l.link != "" {
		if err := p.linkClaims(out, custom, l, t); err != nil {
			return nil, err
		}
	}
	if l.message == messageReview {
		out[claim+"for_user"] = p.forUser(l.about, t)
	}
	p.expand(custom, t, u, c)
	p.serviceClaims(out, custom, l, t)
	if len(custom) > 0 {
		out[claim+"custom"] = custom
	}
	return out, nil
}

// commonClaims are those of every message (LTI Core 1.3, section 5.3).
func (p *Platform) commonClaims(l launch, t *Tool, nonce, target string) map[string]any {
	now := p.config.Now()
	out := map[string]any{
		"nonce": nonce, "iat": now.Unix(), "exp": now.Add(p.profile.IDTokenLife).Unix(), "iss": p.issuer, "aud": t.ClientID,
		claim + "deployment_id": t.DeploymentID, claim + "target_link_uri": target, claim + "message_type": l.message,
		claim + "version": "1.3.0", claim + "tool_platform": p.platformClaim(), claim + "launch_presentation": p.presentation(l),
	}
	if p.profile.AuthorizedParty {
		out["azp"] = t.ClientID
	}
	if p.profile.TokenID {
		out["jti"] = p.random(16)
	}
	return out
}

func (p *Platform) platformClaim() map[string]any {
	return map[string]any{
		"product_family_code": p.profile.Name, "version": or(p.profile.Version, "1.0"), "guid": p.guid,
		"name": p.config.Short, "description": p.config.Name,
	}
}

func (p *Platform) presentation(l launch) map[string]any {
	if l.message == messageDeepLink {
		return map[string]any{"locale": "en"}
	}
	back := fmt.Sprintf("%s/mod/lti/return.php?course=%s&launch_container=3&instanceid=%s&sesskey=%s",
		p.issuer, url.QueryEscape(l.course), url.QueryEscape(l.link), p.random(5))
	return map[string]any{"locale": "en", "document_target": "iframe", "return_url": back}
}

// personClaims say who launches, in which course, and with which roles.
func (p *Platform) personClaims(out map[string]any, u User, m Member, t *Tool, c Course) {
	kind := courseSection
	if p.profile.ShortContextType {
		kind = "CourseSection"
	}
	out["sub"] = u.Sub
	out[claim+"roles"] = m.Roles
	out[claim+"context"] = map[string]any{"id": c.ID, "label": c.Label, "title": c.Title, "type": []string{kind}}
	out[claim+"lis"] = map[string]any{"person_sourcedid": u.SourcedID, "course_section_sourcedid": c.SourcedID}
	names, email := t.shares(u)
	if names {
		out["name"] = u.Name()
		if !p.profile.FullNamesOnly {
			out["given_name"], out["family_name"] = u.Given, u.Family
		}
	}
	if email {
		out["email"] = u.Email
	}
	if p.profile.MoodleExtensions {
		ext := map[string]any{"lms": "moodle-2"}
		if names {
			ext["user_username"] = u.Username
		}
		out[claim+"ext"] = ext
	}
}

// forUser is whose work a submission review shows, as far as the tool may know.
func (p *Platform) forUser(sub string, t *Tool) map[string]any {
	u, _ := p.user(sub)
	out := map[string]any{"user_id": sub, "roles": []string{RoleLearner}}
	if names, email := t.shares(u); names {
		out["name"] = u.Name()
		if email {
			out["email"] = u.Email
		}
	}
	return out
}

// linkClaims are those of a resource link launch.
func (p *Platform) linkClaims(out map[string]any, custom map[string]string, l launch, t *Tool) error {
	k, err := p.link(l.link)
	if err != nil {
		return err
	}
	maps.Copy(custom, k.Custom)
	out[claim+"resource_link"] = map[string]any{"id": k.ID, "title": k.Title, "description": k.Description}
	if p.profile.BasicOutcomes {
		out[claimBO] = p.outcomes(k, l.user)
	}
	return nil
}

// outcomes is the LTI 1.1 outcome claim: a signed text that names the grade.
func (p *Platform) outcomes(k ResourceLink, user string) map[string]any {
	id, _ := strconv.ParseUint(p.random(4), 16, 32)
	data := must(json.Marshal(struct {
		Instance string `json:"instanceid"`
		User     string `json:"userid"`
		Type     string `json:"typeid"`
		Launch   uint64 `json:"launchid"`
	}{k.ID, user, k.Tool, id}))
	sum := hmac.New(sha256.New, []byte(p.guid))
	sum.Write(data)
	return map[string]any{
		"lis_result_sourcedid":    fmt.Sprintf(`{"data":%s,"hash":"%s"}`, data, hex.EncodeToString(sum.Sum(nil))),
		"lis_outcome_service_url": p.issuer + "/mod/lti/service.php",
	}
}

// serviceClaims offer line items and roster, as far as the tool may use them.
func (p *Platform) serviceClaims(out map[string]any, custom map[string]string, l launch, t *Tool) {
	if scopes := common(agsScopes, t.Scopes); len(scopes) > 0 {
		ags := map[string]any{"scope": scopes, "lineitems": p.itemsURL(l.course, t.ID)}
		if items := p.bound(l.link); l.message == messageResource && len(items) == 1 {
			ags["lineitem"] = p.itemURL(items[0])
		}
		if i, err := p.item(l.item); l.message == messageReview && err == nil {
			ags["lineitem"] = p.itemURL(i)
		}
		out[claimAGS] = ags
	}
	if slices.Contains(t.Scopes, scopeMembership) {
		roster := p.rosterURL(l.course, t.ID)
		out[claimNRPS] = map[string]any{"context_memberships_url": roster, "service_versions": p.profile.RosterVersions}
		if p.profile.MoodleExtensions {
			custom["context_memberships_url"] = roster
		}
	}
	if p.profile.MoodleExtensions && slices.Contains(t.Scopes, scopeToolSetting) {
		custom["system_setting_url"] = p.services() + "/tool/" + t.ID + "/custom"
		custom["context_setting_url"] = fmt.Sprintf("%s/CourseSection/%s/bindings/tool/%s/custom", p.services(), l.course, t.ID)
		if l.message == messageResource {
			custom["link_setting_url"] = p.services() + "/links/{link_id}/custom"
		}
	}
}

// common keeps those of want that are in have, in want's order.
func common(want, have []string) []string {
	var out []string
	for _, s := range want {
		if slices.Contains(have, s) {
			out = append(out, s)
		}
	}
	return out
}

// expand adds the tool's custom parameters with their variables filled in. What the platform does not know, or may not share,
// stays as it was written (LTI Core 1.3, section 6.3).
func (p *Platform) expand(custom map[string]string, t *Tool, u User, c Course) {
	values := p.variables(t, u, c)
	for name, v := range t.Custom {
		if known, ok := values[strings.TrimPrefix(v, "$")]; ok && strings.HasPrefix(v, "$") {
			v = known
		}
		custom[name] = v
	}
}

// variables are the substitution variables of one launch.
func (p *Platform) variables(t *Tool, u User, c Course) map[string]string {
	names, email := t.shares(u)
	out := map[string]string{
		"Context.id": c.ID, "Context.title": c.Title, "Context.label": c.Label, "Context.sourcedId": c.SourcedID,
		"Context.id.history": "", "CourseSection.title": c.Title, "CourseSection.label": c.Label,
		"CourseSection.sourcedId": c.SourcedID, "User.id": u.Sub, "Person.sourcedId": u.SourcedID,
		"Moodle.Person.userGroupIds": "",
	}
	if m, ok := p.member(c.ID, u.Sub); ok {
		out["Moodle.Person.userGroupIds"] = strings.Join(m.Groups, ",")
	}
	if names || p.profile.UsernameLeaks {
		out["User.username"] = u.Username
	}
	if names {
		out["Person.name.full"], out["Person.name.given"], out["Person.name.family"] = u.Name(), u.Given, u.Family
	}
	if email {
		out["Person.email.primary"] = u.Email
	}
	return out
}

func variableNames() []string {
	p := &Platform{profile: Moodle()}
	return slices.Sorted(maps.Keys(p.variables(&Tool{}, User{}, Course{})))
}
