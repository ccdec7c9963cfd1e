package main

import (
	"log/slog"
	"os"
	"sync"
	"time"

	"cairn/lti"
)

// keyLook is how often a server looks whether the key file was changed.
const keyLook = 2 * time.Second

// keyRing is the keys of a server that runs. It follows the key file, so that a rotated key needs no restart; a file that cannot be
// used leaves the keys as they are.
type keyRing struct {
	path string // "" when the keys never change
	load func() (toolKeys, error)
	now  func() time.Time
	log  *slog.Logger

	mu     sync.Mutex
	keys   toolKeys
	stamp  fileStamp
	looked time.Time
}

// fileStamp tells one writing of a file from the next.
type fileStamp struct {
	size     int64
	modified time.Time
}

func stampOf(path string) fileStamp {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info.Size(), info.ModTime()}
}

func newKeyRing(path string, keys toolKeys, load func() (toolKeys, error), now func() time.Time, log *slog.Logger) *keyRing {
	r := &keyRing{path: path, load: load, now: now, log: log, keys: keys, looked: now()}
	if path != "" {
		r.stamp = stampOf(path)
	}
	return r
}

// ring is the keys at this moment.
func (r *keyRing) ring() lti.KeyRing {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.path != "" && now.Sub(r.looked).Abs() >= keyLook {
		r.looked = now
		r.look()
	}
	return r.keys.ring(now)
}

// look reads the file again when it was changed.
func (r *keyRing) look() {
	stamp := stampOf(r.path)
	if stamp == r.stamp {
		return
	}
	r.stamp = stamp
	keys, err := r.load()
	if err != nil {
		r.log.Error("the tool's key file was changed and cannot be used; the keys stay as they were", "file", r.path, "error", err)
		return
	}
	r.keys = keys
	r.log.Info("read the tool's changed key file", "file", r.path, "keys", len(keys.all), "signing", keys.ring(r.now()).Signing.ID)
}

// signing is the key to sign with.
func (r *keyRing) signing() lti.KeyPair { return r.ring().Signing }

// keySet is the public halves, for platforms.
func (r *keyRing) keySet() ([]byte, error) { return r.ring().KeySet() }

// links is what the links to further pages of the record store are signed with. It is kept with the keys, so every process has the
// same, and there is no further secret to keep.
func (r *keyRing) links() []byte { return r.keys.links }
