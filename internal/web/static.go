package web

import (
	"embed"
	"net/http"
)

//go:embed static/*
var staticFiles embed.FS

var staticKinds = map[string]string{"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8"}

// static answers the style sheet and the script. Pages name them with their hash, so a browser may keep them.
func (s *site) static(v *visit) (answer, error) {
	name := v.param("file")
	kind, ok := staticKinds[name]
	if !ok {
		return answer{}, refuse(http.StatusNotFound, "no-such-file", "nopage")
	}
	body, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		return answer{}, err
	}
	return answer{body: body, kind: kind, cache: "public, max-age=31536000, immutable"}, nil
}

// asset is the address of a static file below static/, with the hash of what it holds.
func asset(name string) string { return name + "?v=" + assetHashes[name] }

var assetHashes = func() map[string]string {
	out := map[string]string{}
	for name := range staticKinds {
		body, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			panic(err) // the file is part of the program
		}
		out[name] = hashSecret(string(body))[:12]
	}
	return out
}()
