package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
)

// erasedAuthor stands for the account of somebody who tagged or wrote and was erased. What they did for a course stays.
const erasedAuthor = "erased"

// authorColumns is where accounts are named as authors of what stays.
var authorColumns = [][2]string{{"changeset", "author"}, {"changeset", "body"}, {"placed_activity", "author"}, {"framework_state", "author"},
	{"endorsement", "given_by"}, {"endorsement", "withdrawn_by"}, {"activity_name", "author"}}

// eventErasure takes a person out of the events of the log. Their positions stay.
type eventErasure struct {
	*Person
	tx     *Tx
	count  *int64
	others bool // links of others were taken away too: the projection is to be folded anew
}

// eventRow is an event that may name the person.
type eventRow struct {
	Pos        int64
	Kind, Body string
}

// run empties what is about the person, and puts nobody where they were an author.
func (e *eventErasure) run(ctx context.Context) error {
	ids := slices.Concat(e.Learners, e.accountIDs())
	var further []string // ids of what was emptied: later events may go back to it
	for _, needle := range slices.Concat(ids, e.quotedAgents()) {
		rows, err := e.tx.eventsNaming(ctx, needle)
		if err != nil {
			return err
		}
		for _, row := range rows {
			id, err := e.event(ctx, row)
			if err != nil {
				return err
			}
			if id != "" {
				further = append(further, id)
			}
		}
	}
	for _, id := range further {
		rows, err := e.tx.eventsNaming(ctx, id)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := e.empty(ctx, row); err != nil {
				return err
			}
		}
	}
	return e.authors(ctx)
}

// quotedAgents is how JSON has the agents.
func (e *eventErasure) quotedAgents() []string {
	out := make([]string, 0, len(e.Agents))
	for _, agent := range e.Agents {
		if b, err := json.Marshal(agent); err == nil {
			out = append(out, string(b))
		}
	}
	return out
}

func (t *Tx) eventsNaming(ctx context.Context, needle string) ([]eventRow, error) {
	var rows []eventRow
	escaped := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(needle)
	err := t.Select(ctx, &rows, `SELECT pos, kind, body FROM event WHERE body LIKE ? ESCAPE '!' ORDER BY pos`, "%"+escaped+"%")
	return rows, wrap(err, "read the events that name a person")
}

// event decides about one event, and answers the id that it made known when it was emptied.
func (e *eventErasure) event(ctx context.Context, row eventRow) (id string, err error) {
	kind := pipeline.EntryKind(row.Kind)
	if kind == pipeline.EntryLink || kind == pipeline.EntryUnlink {
		var l learner.Link
		if err := json.Unmarshal([]byte(row.Body), &l); err != nil {
			return "", fmt.Errorf("read the %s at position %d: %w", kind, row.Pos, err)
		}
		mine := slices.Contains(e.Learners, l.Learner)
		if !mine && !slices.Contains(e.Agents, l.Agent) {
			return "", nil // found by letters that only look alike
		}
		e.others = e.others || !mine
		return "", e.empty(ctx, row)
	}
	if kind == pipeline.EntryJoined || kind == pipeline.EntryParted {
		return "", e.move(ctx, row)
	}
	if !slices.ContainsFunc(e.Learners, func(l string) bool { return strings.Contains(row.Body, l) }) {
		return "", nil // an author: authors
	}
	var named struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(row.Body), &named); err != nil {
		return "", fmt.Errorf("read the %s at position %d: %w", kind, row.Pos, err)
	}
	return named.ID, e.empty(ctx, row)
}

// move takes the person out of an event that joined or parted accounts. What it says of somebody else's, who had been taken for the same
// person, stays: their history goes by it.
func (e *eventErasure) move(ctx context.Context, row eventRow) error {
	var m learner.Move
	if err := json.Unmarshal([]byte(row.Body), &m); err != nil {
		return fmt.Errorf("read the %s at position %d: %w", row.Kind, row.Pos, err)
	}
	mine, others := 0, 0
	nobody := func(who *string) {
		if slices.Contains(e.Learners, *who) {
			*who = ""
			mine++
		} else if *who != "" {
			others++
		}
	}
	nobody(&m.From)
	nobody(&m.Into)
	for i := range m.Homes {
		nobody(&m.Homes[i])
	}
	if mine == 0 {
		return nil // an author: authors
	}
	if others == 0 {
		return e.empty(ctx, row)
	}
	*e.count++
	m.Reason = ""
	body, err := json.Marshal(m, json.Deterministic(true))
	if err == nil {
		_, err = e.tx.Exec(ctx, `UPDATE event SET body = ? WHERE pos = ?`, string(body), row.Pos)
	}
	return wrap(err, "take a person out of an event")
}

func (e *eventErasure) empty(ctx context.Context, row eventRow) error {
	*e.count++
	_, err := e.tx.Exec(ctx, `UPDATE event SET kind = ?, body = '{}' WHERE pos = ?`, string(pipeline.EntryErased), row.Pos)
	return wrap(err, "empty an event")
}

func (e *eventErasure) authors(ctx context.Context) error {
	for _, id := range e.accountIDs() {
		for _, at := range append([][2]string{{"event", "body"}}, authorColumns...) {
			if _, err := e.tx.Exec(ctx, `UPDATE `+at[0]+` SET `+at[1]+` = REPLACE(`+at[1]+`, ?, ?) WHERE `+at[1]+` LIKE ?`, id, erasedAuthor, "%"+id+"%"); err != nil {
				return fmt.Errorf("put nobody where an author was: %w", err)
			}
		}
	}
	return nil
}
