package web_test

import (
	"context"
	"testing"
)

// BenchmarkPage is what a page costs without its store.
func BenchmarkPage(b *testing.B) {
	w := newWorld(b)
	w.kept, _ = w.Progress(context.Background(), "learner-amara")
	for name, p := range map[string][2]string{
		"overview":   {"amara", "/me"},
		"list":       {"amara", "/me/list"},
		"capability": {"amara", "/me/capability/" + w.capability("6.1-L2")},
		"activities": {"tove", "/course/activities"},
		"tag":        {"tove", tagPath(module("quiz", 2))},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := w.get(p[0], p[1]); got.Code != 200 {
					b.Fatalf("status %d", got.Code)
				}
			}
		})
	}
}
