package web_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// printed is the page as its printed sheets, one below the other, in grey or in colours.
func (c camera) printed(grey bool) []byte {
	c.Helper()
	c.see(look{840, "light"})
	pdf, err := chromedp.Run(c.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if err != nil {
		c.Fatalf("print %s: %v", c.p.name, err)
	}
	dir := c.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.pdf"), pdf, 0o600); err != nil {
		c.Fatal(err)
	}
	cmd := exec.Command("pdftoppm", "-png", "-r", "80", "page.pdf", "sheet")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		c.Fatalf("turn sheets into pictures with pdftoppm (Debian package poppler-utils): %v %s", err, out)
	}
	sheets, err := filepath.Glob(filepath.Join(dir, "sheet*.png"))
	if err != nil || len(sheets) == 0 {
		c.Fatalf("%s printed no sheet: %v", c.p.name, err)
	}
	return c.below(sheets, grey)
}

// below puts pictures one below the other, in the order of their names.
func (c camera) below(files []string, grey bool) []byte {
	c.Helper()
	const gap = 8
	var sheets []image.Image
	var size image.Point
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			c.Fatal(err)
		}
		sheet, err := png.Decode(f)
		_ = f.Close()
		if err != nil {
			c.Fatal(err)
		}
		sheets = append(sheets, sheet)
		size = image.Pt(max(size.X, sheet.Bounds().Dx()), size.Y+sheet.Bounds().Dy()+gap)
	}
	var all draw.Image = image.NewRGBA(image.Rect(0, 0, size.X, size.Y-gap))
	if grey {
		all = image.NewGray(all.Bounds())
	}
	draw.Draw(all, all.Bounds(), image.Black, image.Point{}, draw.Src)
	y := 0
	for _, sheet := range sheets {
		draw.Draw(all, image.Rect(0, y, size.X, y+sheet.Bounds().Dy()), sheet, sheet.Bounds().Min, draw.Src)
		y += sheet.Bounds().Dy() + gap
	}
	var out bytes.Buffer
	if err := png.Encode(&out, all); err != nil {
		c.Fatal(err)
	}
	return out.Bytes()
}
