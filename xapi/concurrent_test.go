package xapi_test

import (
	"bytes"
	"sync"
	"testing"

	"cairn/xapi"
)

// TestPrepareIsSafeForConcurrentUse holds what pooling must not break: nothing of one request is seen in another.
func TestPrepareIsSafeForConcurrentUse(t *testing.T) {
	all := moodle(t)
	want := map[string][]byte{}
	for name, raw := range all {
		p := prepare(t, string(raw), xapi.V1)
		want[name] = p.JSON(stored)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for name, raw := range all {
				batch, err := xapi.Prepare(raw, options(xapi.V1))
				if err != nil || !bytes.Equal(batch[0].JSON(stored), want[name]) {
					t.Errorf("%s: %v", name, err)
				}
				if _, err := xapi.Prepare(raw[:len(raw)/2], options(xapi.V1)); err == nil {
					t.Errorf("half of %s is accepted", name)
				}
			}
		})
	}
	group.Wait()
}
