package mapping

import "slices"

// Calibration is what learners say of themselves beside what there is evidence for, counted over capabilities, or over learners and
// capabilities. The two tracks stay apart: nothing is averaged, and neither corrects the other.
type Calibration struct {
	Archetype string `json:"archetype"` // code; "" for capabilities that are for every role
	Rated     int    `json:"rated"`     // rated "where are you now"
	Both      int    `json:"both"`      // said to be able alone, and evidenced
	Said      int    `json:"said"`      // said, and not evidenced
	Evidence  int    `json:"evidence"`  // evidenced, and not said
	Neither   int    `json:"neither"`
}

// Able says whether the rating says that the learner can do it without help.
func (w RatingWord) Able() bool { return w == RatingOnOwn || w == RatingHelpOthers }

// Rated is one rating beside the state on the same date.
type Rated struct {
	Node  Node
	Now   RatingWord
	State State
}

// Calibrate counts ratings by the archetypes of the capabilities, in the order of codes; one that is for several counts in each. What
// is not rated is left out.
func Calibrate(codes []string, ratings []Rated) []Calibration {
	out := make([]Calibration, 0, len(codes)+1)
	for _, code := range append(slices.Clone(codes), "") {
		c := Calibration{Archetype: code}
		for _, r := range ratings {
			if r.Now != RatingNone && (slices.Contains(r.Node.Archetypes, code) || code == "" && len(r.Node.Archetypes) == 0) {
				c.add(r)
			}
		}
		if code != "" || c.Rated > 0 {
			out = append(out, c)
		}
	}
	return out
}

func (c *Calibration) add(r Rated) {
	c.Rated++
	evidenced := r.State == Evidenced || r.State == Expiring
	switch {
	case r.Now.Able() && evidenced:
		c.Both++
	case r.Now.Able():
		c.Said++
	case evidenced:
		c.Evidence++
	default:
		c.Neither++
	}
}
