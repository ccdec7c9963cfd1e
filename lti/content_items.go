package lti

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// The types of content items (Deep Linking 2.0, 3).
const (
	ItemLink         = "link"
	ItemResourceLink = "ltiResourceLink"
	ItemFile         = "file"
	ItemHTML         = "html"
	ItemImage        = "image"
)

// ErrContentItem says that a content item lacks what its type needs, so that it was not sent.
var ErrContentItem = errors.New("lti: the content item is not complete")

// ContentItem is one thing that a person picked in the tool and the platform places in the course (Deep Linking 2.0, 3). Times are
// zero and sizes 0 when not told. It is one of LinkItem, ResourceLinkItem, FileItem, HTMLItem and ImageItem.
type ContentItem interface {
	itemType() string
	check() error
	// sent is the item as it goes out, without what the platform does not take.
	sent(s *DeepLinkingSettings) any
}

// Picture is an icon or a thumbnail of a content item (Deep Linking 2.0, 3.1). Sizes are pixels.
type Picture struct {
	URL    string `json:"url"`
	Width  int    `json:"width,omitzero"`
	Height int    `json:"height,omitzero"`
}

// WindowHint says how to open an item in a window (Deep Linking 2.0, 3.1). Sizes are pixels.
type WindowHint struct {
	TargetName string `json:"targetName,omitzero"`
	Width      int    `json:"width,omitzero"`
	Height     int    `json:"height,omitzero"`
	Features   string `json:"windowFeatures,omitzero"`
}

// FrameHint says how to show an item in a frame (Deep Linking 2.0, 3.1). Src is of plain links only: an LTI link is launched.
type FrameHint struct {
	Width  int    `json:"width,omitzero"`
	Height int    `json:"height,omitzero"`
	Src    string `json:"src,omitzero"`
}

// TimeSpan is when an item can be seen or handed in (Deep Linking 2.0, 3.2); either end may be open.
type TimeSpan struct {
	Start time.Time
	End   time.Time
}

// ItemLineItem is the grade column that comes with an LTI link (Deep Linking 2.0, 3.2). Moodle takes the title of the link in place of
// the label.
type ItemLineItem struct {
	Label            string            `json:"label,omitzero"`
	ScoreMaximum     float64           `json:"scoreMaximum"`
	ResourceID       string            `json:"resourceId,omitzero"`
	Tag              string            `json:"tag,omitzero"`
	GradesReleased   *bool             `json:"gradesReleased,omitzero"` // nil leaves it to the platform
	SubmissionReview *SubmissionReview `json:"submissionReview,omitzero"`
}

// ResourceLinkItem is a link that is launched (Deep Linking 2.0, 3.2). URL must be an address of this tool: platforms may take their
// own default for an empty one, and Blackboard fails on it.
type ResourceLinkItem struct {
	URL        string
	Title      string
	Text       string
	Icon       *Picture
	Thumbnail  *Picture
	Window     *WindowHint
	Frame      *FrameHint
	Custom     map[string]string
	LineItem   *ItemLineItem // nil asks for no grade column
	Available  TimeSpan
	Submission TimeSpan
}

// LinkItem is a link that is no LTI launch (Deep Linking 2.0, 3.1).
type LinkItem struct {
	URL       string
	Title     string
	Text      string
	Icon      *Picture
	Thumbnail *Picture
	EmbedHTML string
	Window    *WindowHint
	Frame     *FrameHint
}

// FileItem is a file that the platform fetches and keeps (Deep Linking 2.0, 3.3).
type FileItem struct {
	URL       string
	Title     string
	Text      string
	Icon      *Picture
	Thumbnail *Picture
	ExpiresAt time.Time // of the address
}

// HTMLItem is a piece of HTML that the platform puts into a page (Deep Linking 2.0, 3.4).
type HTMLItem struct {
	HTML  string
	Title string
	Text  string
}

// ImageItem is a picture that the platform shows (Deep Linking 2.0, 3.5). Sizes are pixels.
type ImageItem struct {
	URL           string
	Title         string
	Text          string
	Icon          *Picture
	Thumbnail     *Picture
	Width, Height int
}

func (ResourceLinkItem) itemType() string { return ItemResourceLink }
func (LinkItem) itemType() string         { return ItemLink }
func (FileItem) itemType() string         { return ItemFile }
func (HTMLItem) itemType() string         { return ItemHTML }
func (ImageItem) itemType() string        { return ItemImage }

func (i ResourceLinkItem) check() error {
	if l := i.LineItem; l != nil && !(l.ScoreMaximum > 0) {
		return fmt.Errorf("%w: the line item needs a maximum above 0", ErrContentItem)
	}
	for _, span := range []TimeSpan{i.Available, i.Submission} {
		if !span.Start.IsZero() && !span.End.IsZero() && span.End.Before(span.Start) {
			return fmt.Errorf("%w: it ends before it starts", ErrContentItem)
		}
	}
	return itemAddress(i.URL)
}

func (i LinkItem) check() error  { return itemAddress(i.URL) }
func (i FileItem) check() error  { return itemAddress(i.URL) }
func (i ImageItem) check() error { return itemAddress(i.URL) }

func (i HTMLItem) check() error {
	if i.HTML == "" {
		return fmt.Errorf("%w: no HTML", ErrContentItem)
	}
	return nil
}

func itemAddress(address string) error {
	if webAddress(address) == "" {
		return fmt.Errorf("%w: no usable address", ErrContentItem)
	}
	return nil
}

// sentItem has every member a content item can have; those of other types stay empty and are left out.
type sentItem struct {
	Type       string            `json:"type"`
	Title      string            `json:"title,omitzero"`
	Text       string            `json:"text,omitzero"`
	URL        string            `json:"url,omitzero"`
	HTML       string            `json:"html,omitzero"`
	Width      int               `json:"width,omitzero"`
	Height     int               `json:"height,omitzero"`
	Custom     map[string]string `json:"custom,omitzero"`
	LineItem   *ItemLineItem     `json:"lineItem,omitzero"`
	Icon       *Picture          `json:"icon,omitzero"`
	Thumbnail  *Picture          `json:"thumbnail,omitzero"`
	Embed      *sentEmbed        `json:"embed,omitzero"`
	Frame      *FrameHint        `json:"iframe,omitzero"`
	Window     *WindowHint       `json:"window,omitzero"`
	Available  *sentSpan         `json:"available,omitzero"`
	Submission *sentSpan         `json:"submission,omitzero"`
	ExpiresAt  string            `json:"expiresAt,omitzero"`
}

type sentEmbed struct {
	HTML string `json:"html"`
}

type sentSpan struct {
	Start string `json:"startDateTime,omitzero"`
	End   string `json:"endDateTime,omitzero"`
}

func (t TimeSpan) sent() *sentSpan {
	if t.Start.IsZero() && t.End.IsZero() {
		return nil
	}
	return &sentSpan{Start: seconds3339(t.Start), End: seconds3339(t.End)}
}

// seconds3339 is a time of a content item or line item: ISO 8601 in whole seconds and UTC, "" for none.
func seconds3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (i ResourceLinkItem) sent(s *DeepLinkingSettings) any {
	out := sentItem{
		Type: ItemResourceLink, Title: i.Title, Text: i.Text, URL: i.URL, Custom: i.Custom, Icon: i.Icon, Thumbnail: i.Thumbnail,
		Window: windowHint(s, i.Window), Available: i.Available.sent(), Submission: i.Submission.sent(),
	}
	if f := frameHint(s, i.Frame); f != nil {
		out.Frame = &FrameHint{Width: f.Width, Height: f.Height}
	}
	if s.TakesLineItems() {
		out.LineItem = i.LineItem
	}
	return out
}

func (i LinkItem) sent(s *DeepLinkingSettings) any {
	out := sentItem{
		Type: ItemLink, Title: i.Title, Text: i.Text, URL: i.URL, Icon: i.Icon, Thumbnail: i.Thumbnail,
		Window: windowHint(s, i.Window), Frame: frameHint(s, i.Frame),
	}
	if i.EmbedHTML != "" && slices.Contains(s.AcceptTargets, TargetEmbed) {
		out.Embed = &sentEmbed{HTML: i.EmbedHTML}
	}
	return out
}

func (i FileItem) sent(*DeepLinkingSettings) any {
	return sentItem{
		Type: ItemFile, Title: i.Title, Text: i.Text, URL: i.URL, Icon: i.Icon, Thumbnail: i.Thumbnail, ExpiresAt: seconds3339(i.ExpiresAt),
	}
}

func (i HTMLItem) sent(*DeepLinkingSettings) any {
	return sentItem{Type: ItemHTML, Title: i.Title, Text: i.Text, HTML: i.HTML}
}

func (i ImageItem) sent(*DeepLinkingSettings) any {
	return sentItem{
		Type: ItemImage, Title: i.Title, Text: i.Text, URL: i.URL, Icon: i.Icon, Thumbnail: i.Thumbnail, Width: i.Width, Height: i.Height,
	}
}

func windowHint(s *DeepLinkingSettings, hint *WindowHint) *WindowHint {
	if !slices.Contains(s.AcceptTargets, TargetWindow) {
		return nil
	}
	return hint
}

func frameHint(s *DeepLinkingSettings, hint *FrameHint) *FrameHint {
	if !slices.Contains(s.AcceptTargets, TargetFrame) {
		return nil
	}
	return hint
}
