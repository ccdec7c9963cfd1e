package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// row is one line of the table. Measured and Limit are in Unit; Ratio is how much of the limit was reached (or used).
type row struct {
	work, measured, limit, ratio, target, met string
}

type table []row

// add notes a speed beside its limit: the ratio is measured / limit, and both floors must hold.
func (t *table) add(work string, measured, limit float64, unit string, leastRatio, least float64) {
	r := row{work: work, measured: fmt.Sprintf("%s %s", figure(measured), unit), limit: "-", ratio: "-"}
	met := least == 0 || measured >= least
	var targets []string
	if limit > 0 {
		r.limit, r.ratio = fmt.Sprintf("%s %s", figure(limit), unit), fmt.Sprintf("%.2f", measured/limit)
		met = met && measured/limit >= leastRatio
	}
	if leastRatio > 0 {
		targets = append(targets, fmt.Sprintf("%.1f of the limit", leastRatio))
	}
	if least > 0 {
		targets = append(targets, fmt.Sprintf("%s %s", figure(least), unit))
	}
	r.target, r.met = strings.Join(targets, ", "), yes(met)
	t.put(r)
}

func (t *table) put(r row) {
	*t = append(*t, r)
	fmt.Printf("%-70s %18s  limit %18s  ratio %6s  target met: %s\n", r.work, r.measured, r.limit, r.ratio, r.met)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// figure is a number with three digits of weight and thousands apart.
func figure(f float64) string {
	if f < 10 {
		return fmt.Sprintf("%.2f", f)
	}
	digits := fmt.Sprintf("%.0f", f)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// The table stands between these marks, so that the words around it stay when it is written again.
const (
	tableBegins = "<!-- table: make bench -->"
	tableEnds   = "<!-- end of table -->"
)

func (t table) markdown(machine string, at time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s, %s\n\n", tableBegins, at.UTC().Format("2006-01-02"), machine)
	b.WriteString("| work | measured | limit beside it | ratio | target | met |\n|---|---|---|---|---|---|\n")
	for _, r := range t {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.work, r.measured, r.limit, r.ratio, r.target, r.met)
	}
	return b.String() + "\n" + tableEnds + "\n"
}

// keep replaces the table in the file, or makes the file.
func keep(path, text string) error {
	old, err := os.ReadFile(path)
	if err == nil {
		before, rest, found := strings.Cut(string(old), tableBegins)
		if _, after, ended := strings.Cut(rest, tableEnds+"\n"); found && ended {
			text = before + text + after
		}
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// machine says what the figures were taken on.
func machine(ctx context.Context) string {
	model := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(info), "model name"); ok {
			line, _, _ := strings.Cut(rest, "\n")
			model = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), ":"))
		}
	}
	memory := ""
	if info, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kb int
		if _, err := fmt.Sscanf(string(info), "MemTotal: %d kB", &kb); err == nil {
			memory = fmt.Sprintf(", %.0f GB", float64(kb)/(1<<20))
		}
	}
	revision := ""
	if out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		revision = ", revision " + strings.TrimSpace(string(out))
	}
	return fmt.Sprintf("%d cores (%s)%s, %s%s; load program, server and database on the same machine", runtime.NumCPU(), model, memory, runtime.Version(), revision)
}
