package lrs_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

func (f *fake) Document(_ context.Context, key lrs.DocumentKey) (lrs.Document, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return lrs.Document{}, errDown
	}
	doc, ok := f.documents[key]
	if !ok {
		return lrs.Document{}, lrs.ErrNotFound
	}
	return doc, nil
}

// owned answers the keys of a filter, sorted by id.
func (f *fake) owned(filter lrs.DocumentFilter) (keys []lrs.DocumentKey) {
	for k, doc := range f.documents {
		if k.Kind == filter.Kind && k.Activity == filter.Activity && k.Agent == filter.Agent &&
			(filter.Registration == "" || k.Registration == filter.Registration) && doc.Updated.After(filter.Since) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b lrs.DocumentKey) int { return strings.Compare(a.ID, b.ID) })
	return keys
}

func (f *fake) DocumentIDs(_ context.Context, filter lrs.DocumentFilter) (ids []string, newest time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range f.owned(filter) {
		ids = append(ids, k.ID)
		if at := f.documents[k].Updated; at.After(newest) {
			newest = at
		}
	}
	return slices.Compact(ids), newest, nil
}

func (f *fake) DeleteDocuments(_ context.Context, filter lrs.DocumentFilter) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range f.owned(filter) {
		delete(f.documents, k)
	}
	return nil
}

func (f *fake) ChangeDocument(_ context.Context, key lrs.DocumentKey, change func(*lrs.Document) (*lrs.Document, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return errDown
	}
	var had *lrs.Document
	if doc, ok := f.documents[key]; ok {
		had = &doc
	}
	now, err := change(had)
	if err != nil {
		return err
	}
	if now == nil {
		delete(f.documents, key)
		return nil
	}
	if f.documents == nil {
		f.documents = map[lrs.DocumentKey]lrs.Document{}
	}
	f.now = f.now.Add(time.Second)
	now.Updated = f.now
	f.documents[key] = *now
	return nil
}

// Definitions answers what was said last of an activity.
func (f *fake) Definitions(_ context.Context, ids []string) (map[string][]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string][]byte{}
	for _, r := range f.rows {
		for _, d := range r.prepared.Definitions {
			if slices.Contains(ids, d.Activity) {
				out[d.Activity] = d.JSON
			}
		}
	}
	return out, nil
}

func (f *fake) AttachmentData(_ context.Context, positions []int64) (out []lrs.AttachmentData, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := map[string]bool{}
	for _, r := range f.rows {
		for _, a := range r.prepared.Attachments {
			if sha2 := strings.ToLower(a.SHA2); slices.Contains(positions, r.Pos) && a.Data != nil && !seen[sha2] {
				seen[sha2] = true
				out = append(out, lrs.AttachmentData{SHA2: sha2, Content: a.Data})
			}
		}
	}
	slices.SortFunc(out, func(a, b lrs.AttachmentData) int { return strings.Compare(a.SHA2, b.SHA2) })
	return out, nil
}

// equal is the comparison of a stored statement with one that is sent.
func equal(r row, p xapi.Prepared) bool {
	at := r.prepared.Timestamp
	if at.IsZero() {
		at = r.Stored.Stored
	}
	return p.Equals(r.prepared.Fingerprint[:], at)
}
