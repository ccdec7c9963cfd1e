package lti

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// ErrLineItem says that a line item breaks a rule of AGS 2.0, 3.2 and was not sent.
var ErrLineItem = errors.New("lti: the line item cannot be sent")

// LineItem is a column of the platform's gradebook (AGS 2.0, 3.2). Moodle echoes the dates, GradesReleased and SubmissionReview and
// forgets them.
type LineItem struct {
	ID               string            `json:"id,omitzero"` // its URL; the platform gives it
	Label            string            `json:"label"`
	ScoreMaximum     float64           `json:"scoreMaximum"`
	ResourceLinkID   string            `json:"resourceLinkId,omitzero"`
	ResourceID       string            `json:"resourceId,omitzero"`
	Tag              string            `json:"tag,omitzero"`
	StartDateTime    string            `json:"startDateTime,omitzero"` // ISO 8601, as the platform writes it; see DateTime
	EndDateTime      string            `json:"endDateTime,omitzero"`
	GradesReleased   *bool             `json:"gradesReleased,omitzero"` // nil when not told
	SubmissionReview *SubmissionReview `json:"submissionReview,omitzero"`
}

// SubmissionReview says that the tool shows what was handed in for a line item, and where (Submission Review 1.0, 3.1). An empty URL
// means the tool's usual address.
type SubmissionReview struct {
	ReviewableStatus []string          `json:"reviewableStatus"` // activity states in which there is something to show
	Label            string            `json:"label,omitzero"`
	URL              string            `json:"url,omitzero"`
	Custom           map[string]string `json:"custom,omitzero"`
}

// LineItemFilter narrows a list of line items; the zero value asks for all (AGS 2.0, 3.2.4).
type LineItemFilter struct {
	ResourceLinkID string
	ResourceID     string
	Tag            string
	Limit          int // of a page; 0 leaves it to the platform
}

// DateTime is a time as line items carry it: ISO 8601 in UTC; "" for the zero time (AGS 2.0, 3.2.13).
func DateTime(t time.Time) string { return seconds3339(t) }

// lineItemReaders are the scopes that allow to read line items, the lesser first: some platforms grant only the one that also writes.
var lineItemReaders = []string{ScopeLineItemReadOnly, ScopeLineItem}

// LineItem reads one line item (AGS 2.0, 3.2.7). ErrForeignService, *ServiceError.
func (s *Services) LineItem(ctx context.Context, reg Registration, address string) (LineItem, error) {
	u, err := serviceURL(address)
	if err != nil {
		return LineItem{}, err
	}
	var item LineItem
	_, err = s.get(ctx, reg, call{op: "line item", address: u, scopes: lineItemReaders, accept: MediaLineItem}, &item)
	return item, err
}

// LineItems lists the line items of a course that the tool may see, through all pages (AGS 2.0, 3.2.6). ErrForeignService,
// *ServiceError.
func (s *Services) LineItems(ctx context.Context, reg Registration, address string, f LineItemFilter) ([]LineItem, error) {
	u, err := serviceURL(address)
	if err != nil {
		return nil, err
	}
	set := map[string]string{"resource_link_id": f.ResourceLinkID, "resource_id": f.ResourceID, "tag": f.Tag}
	if f.Limit > 0 {
		set["limit"] = strconv.Itoa(f.Limit)
	}
	return pages[LineItem](ctx, s, reg, call{op: "line items", address: withQuery(u, set), scopes: lineItemReaders, accept: MediaLineItems})
}

// CreateLineItem adds a grade column to a course; address is the line items URL of a launch (AGS 2.0, 3.2.5). It answers the item as
// the platform made it, with its ID. ErrLineItem, ErrForeignService, *ServiceError.
func (s *Services) CreateLineItem(ctx context.Context, reg Registration, address string, item LineItem) (LineItem, error) {
	u, err := serviceURL(address)
	if err != nil {
		return LineItem{}, err
	}
	item.ID = ""
	made, err := s.writeLineItem(ctx, reg, call{op: "create line item", method: http.MethodPost, address: u}, item)
	if err == nil && webAddress(made.ID) == "" {
		return LineItem{}, &ServiceError{Op: "create line item", Status: http.StatusOK, Reason: "the answer has no id"}
	}
	return made, err
}

// UpdateLineItem replaces the line item at its ID whole: read it first, and change what is to be changed (AGS 2.0, 3.2.8).
// ErrLineItem, ErrForeignService, *ServiceError.
func (s *Services) UpdateLineItem(ctx context.Context, reg Registration, item LineItem) (LineItem, error) {
	u, err := serviceURL(item.ID)
	if err != nil {
		return LineItem{}, err
	}
	return s.writeLineItem(ctx, reg, call{op: "update line item", method: http.MethodPut, address: u}, item)
}

// DeleteLineItem removes a line item with its grades (AGS 2.0, 3.2.9). One that is gone already counts as removed. ErrForeignService,
// *ServiceError.
func (s *Services) DeleteLineItem(ctx context.Context, reg Registration, address string) error {
	u, err := serviceURL(address)
	if err != nil {
		return err
	}
	_, err = s.do(ctx, reg, call{op: "delete line item", method: http.MethodDelete, address: u, scopes: []string{ScopeLineItem}})
	var failed *ServiceError
	if errors.As(err, &failed) && failed.Gone() {
		return nil
	}
	return err
}

// writeLineItem sends a line item and reads the answer, which some platforms leave empty.
func (s *Services) writeLineItem(ctx context.Context, reg Registration, c call, item LineItem) (LineItem, error) {
	if err := item.check(); err != nil {
		return LineItem{}, err
	}
	body, err := json.Marshal(item)
	if err != nil {
		return LineItem{}, fmt.Errorf("%w: %w", ErrLineItem, err)
	}
	c.scopes, c.kind, c.accept, c.body = []string{ScopeLineItem}, MediaLineItem, MediaLineItem, body
	got, err := s.do(ctx, reg, c)
	if err != nil {
		return LineItem{}, err
	}
	if strings.TrimSpace(string(got.body)) == "" {
		return item, nil
	}
	made := LineItem{}
	if err := json.Unmarshal(got.body, &made); err != nil {
		return LineItem{}, &ServiceError{Op: c.op, Status: http.StatusOK, Reason: "the answer cannot be read"}
	}
	return made, nil
}

// check says what is wrong with a line item before a platform does, or nil.
func (i LineItem) check() error {
	switch {
	case strings.TrimSpace(i.Label) == "":
		return fmt.Errorf("%w: no label", ErrLineItem)
	case !(i.ScoreMaximum > 0) || math.IsInf(i.ScoreMaximum, 0):
		return fmt.Errorf("%w: the maximum is above 0", ErrLineItem)
	}
	for _, text := range []string{i.StartDateTime, i.EndDateTime} {
		if _, err := time.Parse(time.RFC3339, text); text != "" && err != nil {
			return fmt.Errorf("%w: a time needs its zone", ErrLineItem)
		}
	}
	return nil
}

// withQuery sets parameters of an address, leaving out those without a value; what it carries of its own stays.
func withQuery(u *url.URL, set map[string]string) *url.URL {
	query := u.Query()
	for name, value := range set {
		if value != "" {
			query.Set(name, value)
		}
	}
	c := *u
	c.RawQuery = query.Encode()
	return &c
}
