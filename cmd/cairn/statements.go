package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/xapi"
)

type statementsCmd struct {
	Export statementsExportCmd `cmd:"" help:"Write statements as JSON lines, in the order of the log, voided ones too."`
	Import statementsImportCmd `cmd:"" help:"Read statements from JSON lines. What is there already is left as it is, so an import may be run again."`
}

// selectionFlags say which statements are meant.
type selectionFlags struct {
	Verb     string    `placeholder:"IRI" help:"Only with this verb."`
	Activity string    `placeholder:"IRI" help:"Only about this activity and what goes on after its IRI at one of / ? # &."`
	Agent    string    `placeholder:"AGENT" help:"Only of or about this agent: JSON, a mailto: address, or a key such as account|https://lms.example|4."`
	Since    time.Time `placeholder:"TIME" help:"Only what was stored after this time (2026-09-01T00:00:00Z)."`
	Until    time.Time `placeholder:"TIME" help:"Only what was stored at this time or before."`
	Own      bool      `help:"Only what Cairn emitted itself."`
}

func (f selectionFlags) selection() (pipeline.Selection, error) {
	agent, err := agentKey(f.Agent)
	return pipeline.Selection{Verb: f.Verb, Activity: f.Activity, Agent: agent, Since: f.Since, Until: f.Until, Own: f.Own}, err
}

// agentKey reads the flag --agent; "" stays so.
func agentKey(text string) (string, error) {
	switch {
	case strings.HasPrefix(text, "{"):
		a, err := xapi.DecodeAgent([]byte(text), xapi.V2)
		if err != nil {
			return "", &refusal{exitUsage, "--agent cannot be used", err}
		}
		return a.Key(), nil
	case strings.HasPrefix(text, "mailto:"):
		return xapi.Agent{Mbox: text}.Key(), nil
	case text != "" && strings.Count(text, "|") == 0:
		return "", refuse(exitUsage, "--agent cannot be used: %q is neither JSON, nor a mailto: address, nor a key", text)
	}
	return text, nil
}

type statementsExportCmd struct {
	selectionFlags
	Output      string `short:"o" placeholder:"FILE" help:"Where to write; .gz at its end packs it. Default: standard output."`
	After       int64  `placeholder:"POSITION" help:"Go on after this position of the log, which an export says at its end."`
	Continue    bool   `help:"Go on where FILE ends; a last line that was cut off is written again."`
	Attachments bool   `help:"Write the data of attachments too, each as a line before its statement."`
}

// exported is what an export says of itself. Position is where the next one goes on.
type exported struct {
	Statements  int64 `json:"statements"`
	Attachments int64 `json:"attachments"`
	Bare        int64 `json:"without_attachments"` // statements whose attachments were left out
	Position    int64 `json:"position"`
}

// exportPage is how many statements are held at once; their size is bounded by the store too.
const exportPage = 1000

// Run writes what is there when it begins.
func (c *statementsExportCmd) Run(p *program) error {
	sel, err := c.selection()
	if err != nil {
		return err
	}
	if c.Continue && (c.Output == "" || c.After != 0) {
		return refuse(exitUsage, "--continue needs --output, and no --after")
	}
	return p.withStore(func(s *sqlstore.Store) error {
		out, after, err := c.open(p, s)
		if err != nil {
			return err
		}
		e := &exporting{statementsExportCmd: c, store: s, out: out, exported: exported{Position: max(after, c.After)}}
		err = e.run(p, sel)
		if end := out.Close(); err == nil && end != nil {
			err = &refusal{exitFailure, "the export cannot be written", end}
		}
		if err != nil {
			return err
		}
		return e.say(p)
	})
}

// open is where lines go, and after which position they begin.
func (c *statementsExportCmd) open(p *program, s *sqlstore.Store) (lineWriter, int64, error) {
	if c.Output == "" {
		return newPlainLines(p.out, func() error { return nil }), 0, nil
	}
	if !c.Continue {
		out, err := createLines(c.Output)
		return out, 0, err
	}
	out, last, err := continueLines(c.Output)
	if err != nil || last == "" {
		return out, 0, err
	}
	for _, voided := range []bool{false, true} {
		if found, err := s.Statement(p.ctx, last, voided); err == nil {
			return out, found.Pos, nil
		}
	}
	_ = out.Close()
	return nil, 0, refuse(exitRefused, "the file cannot be continued: its last statement, %s, is not in this database", last)
}

// exporting is an export under way.
type exporting struct {
	*statementsExportCmd
	exported
	store *sqlstore.Store
	out   lineWriter
}

func (e *exporting) run(p *program, sel pipeline.Selection) error {
	head, err := e.store.Head(p.ctx)
	if err != nil {
		return err
	}
	shown := newBar(os.Stderr, "export", head, p.now)
	defer shown.end()
	for e.Position < head {
		page, through, err := e.store.Outgoing(p.ctx, sel, e.Position, head, exportPage)
		if err != nil {
			return err
		}
		for _, one := range page {
			if err := e.write(p.ctx, one); err != nil {
				return err
			}
		}
		if err := e.out.Flush(); err != nil {
			return &refusal{exitFailure, "the export cannot be written", err}
		}
		e.Position = through
		shown.at(through)
	}
	return nil
}

// write writes one statement, after the data of its attachments.
func (e *exporting) write(ctx context.Context, one pipeline.Outgoing) error {
	if one.HasAttachments() && !e.statementsExportCmd.Attachments {
		e.Bare++
	} else if one.HasAttachments() {
		all, err := e.store.OutgoingData(ctx, one.Pos)
		if err != nil {
			return err
		}
		for _, a := range all {
			line, err := json.Marshal(attachmentLine{&attachmentData{a.SHA2, a.Content}})
			if err != nil {
				return fmt.Errorf("write an attachment: %w", err)
			}
			if err := e.line(line); err != nil {
				return err
			}
			e.exported.Attachments++
		}
	}
	text := jsontext.Value(one.JSON)
	if strings.ContainsAny(string(text), "\r\n") { // extensions are kept as sent
		if err := text.Compact(); err != nil {
			return fmt.Errorf("write statement %s: %w", one.ID, err)
		}
	}
	e.Statements++
	return e.line(text)
}

func (e *exporting) line(text []byte) error {
	if err := e.out.Line(text); err != nil {
		return &refusal{exitFailure, "the export cannot be written", err}
	}
	return nil
}

// say tells what was written on standard error, where it does not mix with statements.
func (e *exporting) say(p *program) error {
	to := io.Writer(os.Stderr)
	if e.Output != "" {
		to = p.out
	}
	if p.JSON {
		return printJSON(to, e.exported)
	}
	text := fmt.Sprintf("Wrote %d statements; the next export goes on with --after %d.\n", e.Statements, e.Position)
	if e.Bare > 0 {
		text += fmt.Sprintf("%d of them have attachments whose data was left out (--attachments).\n", e.Bare)
	}
	_, err := io.WriteString(to, text)
	return err
}

// attachmentLine is a line with the data of an attachment. It belongs to the next line with a statement.
type attachmentLine struct {
	Attachment *attachmentData `json:"attachment"`
}

type attachmentData struct {
	SHA2    string `json:"sha2"`
	Content []byte `json:"content"` // base64 in the line
}
