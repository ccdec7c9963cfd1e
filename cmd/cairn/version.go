package main

import (
	"fmt"
	"runtime"
)

// version is set when the program is built (Makefile).
var version = "unknown"

type versionCmd struct{}

// Run prints the version, and what it was built with.
func (versionCmd) Run(p *program) error {
	if p.JSON {
		return printJSON(p.out, map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	_, err := fmt.Fprintf(p.out, "cairn %s (%s %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
