package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSheetHasEachPictureByPageAndWidthAndNamesWhatIsMissing(t *testing.T) {
	folder := t.TempDir()
	put := func(name, text string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, name := range []string{"learner-record-full-a4-print", "learner-record-full-1200-dark", "learner-record-full-320-light", "front-320-light"} {
		put(name+".png", "")
	}
	list := put("list.txt", "# Pictures\n\nlearner-record-full-320-light\nadmin-x-320-light  it comes later\n")
	if err := write(list, folder); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	for _, part := range []string{"<h2>front</h2>", "320, light", "<h2>learner</h2>", `<h3 id="learner-record-full">`, "320, light", "1200, dark", "a4, print", "admin-x-320-light: it comes later"} {
		i := strings.Index(string(text)[last:], part)
		if i < 0 {
			t.Fatalf("no %q after %d in\n%s", part, last, text)
		}
		last += i
	}
	list = put("list.txt", "learner-record-full-320-light\nlearner-gone-320-light\n")
	if err := write(list, folder); err == nil || !strings.Contains(err.Error(), "1 pictures") || !strings.Contains(err.Error(), "learner-gone-320-light") {
		t.Errorf("the missing picture is not named: %v", err)
	}
}
