package lrs

import (
	"net/http"
	"strconv"
)

// about tells which versions are spoken (Communication 2.8). It needs neither version nor credential.
func (h *handler) about(w http.ResponseWriter, r *request) error {
	if _, err := r.parameters(); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, []byte(`{"version":["1.0.0","1.0.1","1.0.2","1.0.3","2.0.0"]}`))
	return nil
}

// writeJSON answers with one piece of JSON. For HEAD the server leaves the body out.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	head := w.Header()
	head.Set("Content-Type", "application/json")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // what fails here is the connection, and nothing can be answered on it
}
