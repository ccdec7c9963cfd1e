package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
)

// maxLine bounds a line of statements in octets: that of the largest body /xapi takes, with the data of an attachment in base64.
const maxLine = 48 << 20

// lineWriter writes lines. What was flushed can be read and continued also when the program ends without Close.
type lineWriter interface {
	Line(text []byte) error
	Flush() error
	Close() error
}

// plainLines are lines of text.
type plainLines struct {
	*bufio.Writer
	end func() error
}

func newPlainLines(w io.Writer, end func() error) *plainLines {
	return &plainLines{bufio.NewWriter(w), end}
}

// Line writes one line.
func (l *plainLines) Line(text []byte) error {
	_, err := l.Write(text)
	return errors.Join(err, l.WriteByte('\n'))
}

// Close writes what is left.
func (l *plainLines) Close() error { return errors.Join(l.Flush(), l.end()) }

// packedLines are lines in gzip members, one a flush (RFC 1952, 2.2: members follow one another). A file that was cut off is whole up
// to its last member.
type packedLines struct {
	plain *plainLines
	pack  *gzip.Writer
	dirty bool
}

func newPackedLines(w io.Writer, end func() error) *packedLines {
	plain := newPlainLines(w, end)
	return &packedLines{plain: plain, pack: gzip.NewWriter(plain.Writer)}
}

// Line writes one line.
func (l *packedLines) Line(text []byte) error {
	l.dirty = true
	_, err := l.pack.Write(text)
	if err == nil {
		_, err = l.pack.Write([]byte{'\n'})
	}
	return err
}

// Flush ends the member.
func (l *packedLines) Flush() error {
	if !l.dirty {
		return nil
	}
	l.dirty = false
	err := errors.Join(l.pack.Close(), l.plain.Flush())
	l.pack.Reset(l.plain.Writer)
	return err
}

// Close writes what is left.
func (l *packedLines) Close() error { return errors.Join(l.Flush(), l.plain.Close()) }

func packed(name string) bool { return strings.HasSuffix(name, ".gz") }

func linesTo(f *os.File, name string) lineWriter {
	if packed(name) {
		return newPackedLines(f, f.Close)
	}
	return newPlainLines(f, f.Close)
}

// createLines makes a file that is readable for its owner alone: statements are about people. One that is there is left alone.
func createLines(name string) (lineWriter, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, refuse(exitUsage, "%s is there already: give another name, or --continue", name)
	}
	if err != nil {
		return nil, &refusal{exitUsage, "the export cannot be written", err}
	}
	return linesTo(f, name), nil
}

// continueLines opens a file to write on after its last whole statement, and answers that one's id: "" when there is none. A file that
// is not there is made.
func continueLines(name string) (lineWriter, string, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, "", &refusal{exitUsage, "the export cannot be continued", err}
	}
	whole := wholePlain
	if packed(name) {
		whole = wholePacked
	}
	length, last, err := whole(f)
	if err == nil {
		err = f.Truncate(length)
	}
	if err == nil {
		_, err = f.Seek(length, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, "", &refusal{exitUsage, "the export cannot be continued", err}
	}
	return linesTo(f, name), last, nil
}

// wholePlain answers where the last line with a statement ends, and the statement's id.
func wholePlain(r io.Reader) (length int64, last string, err error) {
	read := bufio.NewReaderSize(r, 1<<16)
	for at := int64(0); ; {
		line, err := wholeLine(read)
		if errors.Is(err, io.EOF) {
			return length, last, nil
		}
		if err != nil {
			return 0, "", err
		}
		at += int64(len(line))
		if id := idOf(line); id != "" {
			length, last = at, id
		}
	}
}

// wholeLine reads a line with its end; io.EOF for one that has none.
func wholeLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return nil, bufio.ErrTooLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// wholePacked answers where the last whole member ends, and the id of its last statement.
func wholePacked(r io.Reader) (length int64, last string, err error) {
	counted := &countingReader{r: r}
	read := bufio.NewReader(counted)
	for {
		member, err := gzip.NewReader(read)
		if err != nil {
			return length, last, unlessCut(err)
		}
		member.Multistream(false)
		_, id, err := wholePlain(member)
		if err != nil {
			return length, last, unlessCut(err)
		}
		length = counted.n - int64(read.Buffered())
		if id != "" {
			last = id
		}
	}
}

// unlessCut answers nil for what a file says that ends in the middle.
func unlessCut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// idOf is the id of the statement in a line, "" when there is none.
func idOf(line []byte) string {
	var s struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(bytes.TrimSpace(line), &s) != nil {
		return ""
	}
	return s.ID
}

// countingReader counts what was read of a file.
type countingReader struct {
	r io.Reader
	n int64
}

// Read is io.Reader.
func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}
