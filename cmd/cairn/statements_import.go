package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

type statementsImportCmd struct {
	File       string `arg:"" help:"JSON lines, a statement each; packed with gzip when its name ends in .gz. - is standard input."`
	Credential string `required:"" placeholder:"KEY" help:"Whose authority the statements get (cairn credential list). It needs statements/write; with define they describe activities."`
	DryRun     bool   `help:"Check the lines only, without looking at what is in the store."`
}

// The bounds of an import.
const (
	importBatch   = 200      // statements stored in one transaction
	importBytes   = 4 << 20  // of lines in it; one that is longer comes alone
	refusalsShown = 100      // lines that a report names
	maxData       = 32 << 20 // octets of attachments that wait for their statement
)

// importReport is what an import says of itself.
type importReport struct {
	Lines   int64         `json:"lines"`
	Stored  int64         `json:"stored"`  // with --dry-run: lines that keep every rule that can be checked without storing them
	Known   int64         `json:"known"`   // stored before and equal
	Dropped int64         `json:"dropped"` // of people who were erased, and repeats of what was erased or purged
	Refused int64         `json:"refused"`
	DryRun  bool          `json:"dry_run"`
	First   []lineRefusal `json:"refusals"` // the first of them
}

// importCheck is what a dry run says: it does not know what is there already, or would be dropped.
type importCheck struct {
	Lines   int64         `json:"lines"`
	Stored  int64         `json:"stored"`
	Refused int64         `json:"refused"`
	DryRun  bool          `json:"dry_run"`
	First   []lineRefusal `json:"refusals"`
}

// lineRefusal is a line that was not stored.
type lineRefusal struct {
	Line int64  `json:"line"`
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// importing is an import under way.
type importing struct {
	store     *sqlstore.Store
	by        lrs.Credential
	authority xapi.Agent
	report    importReport
	batch     []xapi.Prepared
	at        []int64 // lines of the batch
	bytes     int
	data      map[string][]byte // attachments that wait for the next statement, by hash
	dataBytes int
}

// Run imports; it ends with 5 when a line was refused, after it has stored the others.
func (c *statementsImportCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		by, err := c.credential(p, s)
		if err != nil {
			return err
		}
		i := &importing{store: s, by: by, authority: wiring{settings: p.settings}.authority(by.Name, by.ID), data: map[string][]byte{}}
		i.report.DryRun, i.report.First = c.DryRun, []lineRefusal{}
		if err := c.read(p, i); err != nil {
			return errors.Join(err, i.report.print(p))
		}
		if err := i.report.print(p); err != nil || i.report.Refused == 0 {
			return err
		}
		if c.DryRun {
			return refuse(exitRefused, "%d lines were refused", i.report.Refused)
		}
		return refuse(exitRefused, "%d lines were refused; the others are stored", i.report.Refused)
	})
}

// credential finds who imports. Limits are rules of /xapi and are not applied here, so a credential that has some is not taken.
func (c *statementsImportCmd) credential(p *program, s *sqlstore.Store) (lrs.Credential, error) {
	if p.iriBase() == "" {
		return lrs.Credential{}, refuse(exitUsage, "set CAIRN_BASE_URL: the authority of statements begins with it")
	}
	all, err := s.ListCredentials(p.ctx)
	if err != nil {
		return lrs.Credential{}, err
	}
	for _, found := range all {
		switch {
		case found.ID != c.Credential:
			continue
		case !found.Revoked.IsZero():
			return lrs.Credential{}, refuse(exitRefused, "the credential is revoked")
		case found.Limits != lrs.Limits{}:
			return lrs.Credential{}, refuse(exitRefused, "the credential has limits, which an import does not apply: take one without")
		case !slices.Contains(found.Scopes, lrs.ScopeWrite) && !slices.Contains(found.Scopes, lrs.ScopeAll):
			return lrs.Credential{}, refuse(exitRefused, "the credential may not write: it needs statements/write")
		}
		return found.Credential, nil
	}
	return lrs.Credential{}, refuse(exitRefused, "there is no credential %q; see cairn credential list", c.Credential)
}

// read goes through the lines.
func (c *statementsImportCmd) read(p *program, i *importing) error {
	file, size := os.Stdin, int64(0)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return &refusal{exitUsage, "the file cannot be read", err}
		}
		defer func() { _ = f.Close() }()
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		file = f
	}
	counted := &countingReader{r: file}
	lines, err := linesOf(counted, c.File)
	if err != nil {
		return err
	}
	shown := newBar(os.Stderr, "import, in octets of the file,", size, p.now)
	defer shown.end()
	for lines.Scan() {
		i.report.Lines++
		if err := i.line(p.ctx, lines.Bytes()); err != nil {
			return err
		}
		shown.at(counted.n)
	}
	if err := lines.Err(); err != nil {
		return errors.Join(&refusal{exitRefused, fmt.Sprintf("the file cannot be read after line %d", i.report.Lines), err}, i.flush(p.ctx))
	}
	return i.flush(p.ctx)
}

func linesOf(r io.Reader, name string) (*bufio.Scanner, error) {
	if packed(name) {
		unpacked, err := gzip.NewReader(bufio.NewReader(r))
		if err != nil {
			return nil, &refusal{exitUsage, "the file is not packed with gzip", err}
		}
		r = unpacked
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	return lines, nil
}

// line takes one line in: a statement, the data of an attachment, or nothing.
func (i *importing) line(ctx context.Context, text []byte) error {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil
	}
	if bytes.HasPrefix(text, []byte(`{"attachment":`)) {
		i.keep(text)
		return nil
	}
	defer func() { i.data, i.dataBytes = map[string][]byte{}, 0 }()
	one, err := pipeline.PrepareForeign(text, i.authority)
	if err != nil {
		i.refuse(i.report.Lines, err)
		return nil
	}
	for k := range one.Attachments {
		one.Attachments[k].Data = i.data[strings.ToLower(one.Attachments[k].SHA2)]
	}
	if !slices.Contains(i.by.Scopes, lrs.ScopeDefine) && !slices.Contains(i.by.Scopes, lrs.ScopeAll) {
		one.Definitions = nil
	}
	i.batch, i.at, i.bytes = append(i.batch, one), append(i.at, i.report.Lines), i.bytes+len(text)+i.dataBytes
	if len(i.batch) >= importBatch || i.bytes >= importBytes {
		return i.flush(ctx)
	}
	return nil
}

var (
	errAttachmentLine = errors.New("the line is not the data of an attachment")
	errAttachmentHash = errors.New("the data does not have its SHA-256 hash")
	errAttachmentMost = fmt.Errorf("the data that waits for the next statement is longer than %d octets", maxData)
)

// keep keeps the data of an attachment for the next statement.
func (i *importing) keep(text []byte) {
	var l attachmentLine
	err := json.Unmarshal(text, &l, json.RejectUnknownMembers(true))
	if err != nil || l.Attachment == nil {
		i.refuse(i.report.Lines, errAttachmentLine)
		return
	}
	sum := sha256.Sum256(l.Attachment.Content)
	switch sha2 := strings.ToLower(l.Attachment.SHA2); {
	case len(sha2) == 64 && hex.EncodeToString(sum[:]) != sha2:
		i.refuse(i.report.Lines, errAttachmentHash)
	case i.dataBytes+len(l.Attachment.Content) > maxData:
		i.refuse(i.report.Lines, errAttachmentMost)
	default:
		i.data[sha2] = append([]byte{}, l.Attachment.Content...)
		i.dataBytes += len(l.Attachment.Content)
	}
}

// flush stores the batch.
func (i *importing) flush(ctx context.Context) error {
	batch, at := i.batch, i.at
	i.batch, i.at, i.bytes = nil, nil, 0
	if i.report.DryRun || len(batch) == 0 {
		i.report.Stored += int64(len(batch))
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	added, err := i.store.AddEach(ctx, i.by, batch)
	if err != nil {
		return fmt.Errorf("store the lines %d to %d: %w", at[0], at[len(at)-1], err)
	}
	for k, a := range added {
		switch {
		case a.Err != nil:
			i.refuse(at[k], a.Err)
		case a.Dropped:
			i.report.Dropped++
		case a.Known:
			i.report.Known++
		default:
			i.report.Stored++
		}
	}
	return nil
}

func (i *importing) refuse(line int64, err error) {
	i.report.Refused++
	if len(i.report.First) < refusalsShown {
		i.report.First = append(i.report.First, lineRefusal{line, ruleOf(err), inWords(err.Error())})
	}
}

// ruleOf is the name of the rule that refused a statement.
func ruleOf(err error) string {
	var invalid *xapi.Invalid
	var conflict *lrs.ConflictError
	switch {
	case errors.As(err, &invalid):
		return invalid.Rule
	case errors.As(err, &conflict):
		return "statement_conflict"
	case errors.Is(err, lrs.ErrVoidForbidden):
		return "void_forbidden"
	case errors.Is(err, errAttachmentLine), errors.Is(err, errAttachmentHash), errors.Is(err, errAttachmentMost):
		return "attachment_line"
	}
	return "statement_line"
}

func (r importReport) print(p *program) error {
	if p.JSON && r.DryRun {
		return printJSON(p.out, importCheck{r.Lines, r.Stored, r.Refused, r.DryRun, r.First})
	}
	if p.JSON {
		return printJSON(p.out, r)
	}
	said := fmt.Sprintf("Stored %d statements; %d were there already, %d were dropped (of people who were erased, or repeats of what is gone), %d lines were refused.\n",
		r.Stored, r.Known, r.Dropped, r.Refused)
	if r.DryRun {
		said = fmt.Sprintf("Nothing was stored. %d lines hold statements that can be; %d lines were refused. What is in the store was not looked at.\n", r.Stored, r.Refused)
	}
	if _, err := fmt.Fprint(p.out, said); err != nil || len(r.First) == 0 {
		return err
	}
	rows := [][]string{{"LINE", "RULE", "WHY"}}
	for _, one := range r.First {
		rows = append(rows, []string{fmt.Sprint(one.Line), one.Rule, one.Why})
	}
	return printTable(p.out, rows)
}
