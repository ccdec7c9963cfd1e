package main

import (
	"fmt"
	"io"
	"strings"

	"cairn/internal/diagnosis"
)

// print writes a report for people.
func (r report) print(w io.Writer) error {
	var b strings.Builder
	printFindings(&b, r.Tool)
	for _, d := range r.Registrations {
		fmt.Fprintf(&b, "\n%s  (%s)\n%s, client %s\n", d.Name, d.ID, d.Issuer, d.ClientID)
		printFindings(&b, d.Findings)
		printLaunches(&b, d.Launches)
	}
	if len(r.Registrations) == 0 {
		b.WriteString("\nNo LMS is registered (cairn registration add, cairn invite add).\n")
	}
	if len(r.Remotes) > 0 {
		b.WriteString("\nOther record stores\n")
		printFindings(&b, r.Remotes)
	}
	if len(r.Unregistered) > 0 {
		b.WriteString("\nLogins and launches that named no registration\n")
		printLaunches(&b, r.Unregistered)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printFindings(b *strings.Builder, all []diagnosis.Finding) {
	for _, f := range all {
		fmt.Fprintf(b, "  %-8s %-19s %s\n", f.Result, f.Check, f.Says)
		if f.Do != "" {
			fmt.Fprintf(b, "  %-8s %-19s > %s\n", "", "", f.Do)
		}
	}
}

func printLaunches(b *strings.Builder, all []diagnosis.Launch) {
	for i, l := range all {
		fmt.Fprintf(b, "    %s  %s", l.At, l.Result)
		if l.Rule != "" {
			fmt.Fprintf(b, " by %s: %s", l.Rule, l.Asks)
		}
		if l.Detail != "" {
			fmt.Fprintf(b, " (%s)", l.Detail)
		}
		b.WriteString("\n")
		if l.Do != "" && l.Result != diagnosis.Accepted {
			fmt.Fprintf(b, "      > %s\n", l.Do)
		}
		if i == 0 {
			for _, line := range l.Lines() {
				fmt.Fprintf(b, "      %s\n", line)
			}
		}
	}
}
