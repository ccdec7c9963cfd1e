package mapping

// Fidelity says what an exchange with another format kept, what it wrote in other words, and what it lost.
type Fidelity struct {
	Format  string         `json:"format"`
	Kept    []FidelityLine `json:"kept"`
	Mapped  []FidelityLine `json:"mapped"`
	Dropped []FidelityLine `json:"dropped"`
}

// FidelityLine is one kind of thing, how many there were, and what became of them.
type FidelityLine struct {
	What  string `json:"what"`
	Count int    `json:"count"`
	Note  string `json:"note,omitzero"`
}

// Keep notes what came through unchanged. Nothing is noted of none, here and below.
func (f *Fidelity) Keep(what string, n int) { note(&f.Kept, what, n, "") }

// Map notes what came through in other words.
func (f *Fidelity) Map(what string, n int, how string) { note(&f.Mapped, what, n, how) }

// Drop notes what was lost.
func (f *Fidelity) Drop(what string, n int, why string) { note(&f.Dropped, what, n, why) }

func note(lines *[]FidelityLine, what string, n int, text string) {
	if n > 0 {
		*lines = append(*lines, FidelityLine{What: what, Count: n, Note: text})
	}
}

// Whole is the report of an exchange in a format of our own, which loses nothing.
func Whole(format string, f Framework) Fidelity {
	out := Fidelity{Format: format}
	sections := 0
	for _, n := range f.Items {
		if n.Kind == NodeSection {
			sections++
		}
	}
	out.Keep("sections", sections)
	out.Keep("capabilities", len(f.Items)-sections)
	out.Keep("relations", len(f.Relations))
	return out
}
