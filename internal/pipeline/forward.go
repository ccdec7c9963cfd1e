package pipeline

import (
	"bytes"
	"errors"
	"time"

	"cairn/mapping"
	"cairn/xapi"
)

// Selection says which statements of the log leave it. The zero value takes all. A statement that voids is taken when its target
// is, so that what left is voided elsewhere too.
type Selection struct {
	Verb         string    // IRI
	Activity     string    // IRI of the object, or what goes on after it at one of / ? # &
	Agent        string    // agent key of the actor or object
	Since, Until time.Time // by stored: since exclusive, until inclusive
	Own          bool      // only what Cairn emitted itself
	NotBy        string    // not what this credential stored
}

// Narrows says whether it leaves out statements for what they say.
func (s Selection) Narrows() bool { return s.Verb != "" || s.Activity != "" || s.Agent != "" || s.Own }

// TakesActivity says whether the activity is the one asked for or lies under it.
func (s Selection) TakesActivity(iri string) bool {
	return mapping.Selector{Kind: mapping.SelectPrefix, IRI: s.Activity}.Matches(mapping.Record{Activity: iri})
}

// Outgoing is a statement of the log on its way out: as it is given back, voided or not.
type Outgoing struct {
	Pos    int64
	ID     string
	Stored time.Time
	Voids  bool // it is a voiding statement
	JSON   []byte
}

// HasAttachments says whether it describes attachments. It is cheap, and may say so where there are none.
func (o Outgoing) HasAttachments() bool { return bytes.Contains(o.JSON, []byte(`"sha2"`)) }

// Data is the content of one attachment.
type Data struct {
	SHA2    string // as the statement gives it, in lower case
	Content []byte
}

// Added is what became of one statement that was to be stored: it was (the zero value), it was there before and is equal, it was
// dropped, since somebody in it was erased or it is a repeat of what is gone, or it was refused.
type Added struct {
	Known, Dropped bool
	Err            error
}

// errNotOne says that an array stands where one statement belongs.
var errNotOne = errors.New("pipeline: there is an array where one statement belongs")

// PrepareForeign makes ready a statement that another record store has given, by the rules of 1.0 or, where those refuse it, of
// 2.0. It keeps its id and timestamp; the authority takes the place of the one it has (Data 2.4.9). It answers *xapi.Invalid, or an
// error of its own for a statement without an id: stored again it would be there twice.
func PrepareForeign(raw []byte, authority xapi.Agent) (xapi.Prepared, error) {
	first, err := prepareOne(raw, xapi.V1, authority)
	if err == nil {
		return first, nil
	}
	second, otherwise := prepareOne(raw, xapi.V2, authority)
	if otherwise == nil {
		return second, nil
	}
	if bytes.Contains(raw, []byte(`"version":"2.`)) {
		return xapi.Prepared{}, otherwise
	}
	return xapi.Prepared{}, err
}

func prepareOne(raw []byte, v xapi.Version, authority xapi.Agent) (xapi.Prepared, error) {
	batch, err := xapi.Prepare(raw, xapi.Options{Version: v, Authority: authority})
	if err != nil {
		return xapi.Prepared{}, err
	}
	if len(batch) != 1 {
		return xapi.Prepared{}, errNotOne
	}
	return batch[0], nil
}
