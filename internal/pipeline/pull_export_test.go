package pipeline

// ReadPage is readPage as far as the fuzz target needs it.
func ReadPage(kind string, body []byte) (statements [][]byte, data map[string][]byte, err error) {
	page, err := readPage(kind, body)
	for _, s := range page.statements {
		_ = storedOf(s)
		statements = append(statements, s)
	}
	return statements, page.data, err
}

// SameOrigin resolves a more link.
func SameOrigin(endpoint, link string) (address string, ok bool) {
	return (&remote{endpoint: endpoint}).sameOrigin(link)
}
