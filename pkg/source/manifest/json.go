package manifest

// splitJSON cuts a stream of JSON objects, with only space between them. What
// is inside an object is left to the decoder.
func splitJSON(text []byte) ([]Document, error) {
	var docs []Document
	line := 1
	for i := 0; ; {
		start := skipSpace(text, i)
		line += countLines(text[i:start])
		if start == len(text) {
			return docs, nil
		}
		if text[start] != '{' {
			return nil, &SyntaxError{Line: line, Message: "expected a JSON object"}
		}
		end, ok := objectEnd(text, start)
		if !ok {
			return nil, &SyntaxError{Line: line, Message: "the JSON object that starts here does not end"}
		}
		var err error
		if docs, err = appendDocument(docs, text[start:end], line, line); err != nil {
			return nil, err
		}
		line += countLines(text[start:end])
		i = end
	}
}

// objectEnd returns the offset after the brace that closes the one at start.
func objectEnd(text []byte, start int) (int, bool) {
	depth, quoted := 0, false
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			depth--
			if depth == 0 {
				return i + 1, true
			}
		}
	}
	return 0, false
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
		i++
	}
	return i
}

func countLines(text []byte) int { return lineAt(text, len(text)) - 1 }
