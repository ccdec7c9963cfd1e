package sqlstore_test

import (
	"context"
	"testing"

	"cairn/internal/storetest"
)

// BenchmarkEntries reads the log as the projector does. Read statements/s.
func BenchmarkEntries(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			d := database(b, name)
			s := d.Open(b)
			const size = 20_000
			for i := 0; i < size; i += 500 {
				if err := s.Add(context.Background(), storetest.Key, storetest.Prepare1K(b, i, 500)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				for after := int64(0); after < size; {
					entries, err := s.Entries(context.Background(), after, 1000)
					if err != nil {
						b.Fatal(err)
					}
					after = entries[len(entries)-1].Pos
				}
			}
			b.ReportMetric(float64(b.N)*size/b.Elapsed().Seconds(), "statements/s")
		})
	}
}
