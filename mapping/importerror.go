package mapping

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong in a file.
type Problem struct {
	Where   string `json:"where"` // `row 4, column "level"`, or `items[3].level`, or "file"
	Message string `json:"message"`
}

func (p Problem) String() string { return p.Where + ": " + p.Message }

// maxProblems is how many problems an import tells at once.
const maxProblems = 100

// ImportError says everything that is wrong in a file of a framework or of alignments, at most 100 things; nothing of such a file is used.
type ImportError struct {
	File     string
	Problems []Problem
}

func (e *ImportError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return fmt.Sprintf("%s cannot be imported: %s", e.File, strings.Join(lines, "; "))
}

// problems collects what is wrong.
type problems []Problem

func (ps *problems) add(where, format string, args ...any) {
	if len(*ps) < maxProblems {
		*ps = append(*ps, Problem{Where: where, Message: fmt.Sprintf(format, args...)})
	}
}

// err answers nil when nothing is wrong.
func (ps problems) err(file string) error {
	if len(ps) == 0 {
		return nil
	}
	return &ImportError{File: file, Problems: ps}
}
