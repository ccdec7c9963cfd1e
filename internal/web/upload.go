package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxUpload bounds the body of a form with a file, in bytes.
const maxUpload = 2 << 20

// upload is a file that a form brought.
type upload struct {
	name string
	data []byte
}

// guardedFile is guarded for a form with one file, in the field "file".
func (s *site) guardedFile(a func(v *visit, file upload) (answer, error)) action {
	return func(v *visit) (answer, error) {
		if !s.sameOrigin(v.Request) {
			return answer{}, refuse(http.StatusForbidden, "cross-site-form", "foreign")
		}
		v.Body = http.MaxBytesReader(nil, v.Body, maxUpload)
		if err := v.ParseMultipartForm(maxUpload); err != nil {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				return answer{}, err
			}
			return answer{}, refuse(http.StatusUnsupportedMediaType, "form-type", "badform").because(err)
		}
		defer v.MultipartForm.RemoveAll()
		if !sameSecret(v.PostForm.Get("form"), formToken(v.token)) {
			return answer{}, refuse(http.StatusForbidden, "form-token", "foreign")
		}
		file, err := readUpload(v.Request)
		if err != nil {
			return answer{}, err
		}
		return a(v, file)
	}
}

// readUpload answers the file; one without a name or without bytes is none.
func readUpload(r *http.Request) (upload, error) {
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return upload{}, nil
	}
	if err != nil {
		return upload{}, refuse(http.StatusBadRequest, "form-encoding", "badform").because(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return upload{}, fmt.Errorf("read a file: %w", err)
	}
	return upload{head.Filename, data}, nil
}
