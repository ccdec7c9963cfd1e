// Command sheet writes index.html into a folder of pictures of pages, grouped by page, and fails when one of the list is missing:
//
//	go run ./internal/tools/sheet internal/web/testdata/pictures.txt bin/pictures
//
// A line of the list is the name of a picture; with two spaces and a reason after it, it is one that is not taken yet.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sheet LIST FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write makes the sheet of a folder, also when pictures are missing.
func write(list, folder string) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".png")
		there[files[i]] = true
	}
	var missing []string
	waiting := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, why, waits := strings.Cut(strings.TrimSpace(line), "  ")
		switch {
		case name == "" || strings.HasPrefix(name, "#") || there[name]:
		case waits:
			waiting[name] = why
		default:
			missing = append(missing, name)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "index.html"), []byte(page(files, waiting)), 0o644); err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("%d pictures of %s are missing: %s", len(missing), list, strings.Join(missing, ", "))
	}
	return nil
}
