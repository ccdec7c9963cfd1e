package pipeline

import "fmt"

// relieve writes what an entry has made so far, when that is much: an edit of a tag may touch everyone, and neither memory nor the
// time for which others wait to write may grow with that. The cursor stays before the entry, so that after a fault it is folded
// again; what was written then is found as it is, and changes nothing (foldAdd, foldRemove; evidence and rules are the same rows).
// Only entries that stand that are folded in parts.
func (w *work) relieve(e Entry) error {
	if len(w.added)+len(w.progress)+len(w.batch.Emit) < w.p.cfg.Most {
		return nil
	}
	return w.writePart(e)
}

// writePart writes what an entry has made so far.
func (w *work) writePart(e Entry) error {
	if err := w.p.keepLease(w.ctx); err != nil {
		return err
	}
	if err := w.p.cfg.Committer.Commit(w.ctx, w.finish(e.Pos-1)); err != nil {
		return fmt.Errorf("commit a part of position %d: %w", e.Pos, err)
	}
	w.st.cursor.Pos = e.Pos - 1
	w.begin()
	return nil
}
