package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// The bounds of what is read.
const (
	// MaxFile is the largest file, in bytes.
	MaxFile = 64 << 20
	// MaxDocument is the largest document, in bytes. An API server takes 3 MiB.
	MaxDocument = 10 << 20
	// MaxDepth is how deep mappings and sequences nest at the most.
	MaxDepth = 256
)

// Document is the text of one document of a file. It is valid only as long as
// the text that it was split from.
type Document struct {
	// Line is the 1-based line of the file on which the content starts.
	Line int
	// Hash is equal for documents of equal text.
	Hash uint64
	text []byte
	base int // the line of the file on which text starts
}

// SyntaxError says that text is neither YAML nor JSON, or is too large.
type SyntaxError struct {
	Line    int // 1-based line of the file, or 0 when it is about all of it
	Message string
}

// Error returns the message with its line.
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

// Split returns the documents of a file that have content. The name only tells
// JSON from YAML where the text does not. It returns a *SyntaxError for text
// that no parser may see: too large, not UTF-8, or with a NUL byte, which
// parsers take for the end.
func Split(name string, text []byte) ([]Document, error) {
	text, err := checkText(text)
	if err != nil {
		return nil, err
	}
	if start := skipSpace(text, 0); start < len(text) && text[start] == '{' {
		docs, err := splitJSON(text)
		if err == nil || strings.HasSuffix(strings.ToLower(name), ".json") {
			return docs, err
		}
	}
	return splitYAML(text)
}

func checkText(text []byte) ([]byte, error) {
	if len(text) > MaxFile {
		return nil, &SyntaxError{Message: fmt.Sprintf("the file has %d bytes, more than the %d that are read", len(text), MaxFile)}
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if bytes.HasPrefix(text, []byte{0xFE, 0xFF}) || bytes.HasPrefix(text, []byte{0xFF, 0xFE}) {
		return nil, &SyntaxError{Line: 1, Message: "the text is UTF-16; save it as UTF-8"}
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, &SyntaxError{Line: lineAt(text, i), Message: "the text has a NUL byte"}
	}
	if !utf8.Valid(text) {
		return nil, &SyntaxError{Line: lineAt(text, firstInvalid(text)), Message: "the text is not UTF-8"}
	}
	return text, nil
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

func lineAt(text []byte, offset int) int { return 1 + bytes.Count(text[:offset], []byte{'\n'}) }

// splitYAML cuts at the markers "---" and "...". A marker counts wherever a
// line starts with it, even inside a scalar (YAML 1.2, 9.1.2 and rule
// c-forbidden), so looking at line starts is all that is needed; an indented
// one, as in block scalars, is content.
func splitYAML(text []byte) ([]Document, error) {
	s := splitter{text: text, odd: bytes.ContainsAny(text, "\r\u0085\u2028\u2029"), base: 1}
	line := 1
	for i := 0; i < len(text); line++ {
		end := s.lineEnd(i)
		switch {
		case isMarker(text[i:end], "---") && s.onlyDirectives(i):
			s.content = 0
		case isMarker(text[i:end], "---"):
			s.cut(i)
			s.start, s.base, s.content = i, line, 0
		case isMarker(text[i:end], "..."):
			s.cut(end)
			s.start, s.base, s.content = end, line+1, 0
		}
		if s.content == 0 && hasContent(text[i:end]) {
			s.content = line
		}
		i = end
	}
	s.cut(len(text))
	return s.docs, s.err
}

type splitter struct {
	text    []byte
	odd     bool // some lines do not end in \n alone
	docs    []Document
	err     error
	start   int // of the current document
	base    int // its line
	content int // line of its first content, 0 before it
}

// lineEnd returns the offset after the line break of the line that starts at i.
func (s *splitter) lineEnd(i int) int {
	if !s.odd {
		if n := bytes.IndexByte(s.text[i:], '\n'); n >= 0 {
			return i + n + 1
		}
		return len(s.text)
	}
	n := bytes.IndexAny(s.text[i:], "\r\n\u0085\u2028\u2029")
	if n < 0 {
		return len(s.text)
	}
	i += n
	if s.text[i] == '\r' && i+1 < len(s.text) && s.text[i+1] == '\n' {
		return i + 2
	}
	_, size := utf8.DecodeRune(s.text[i:])
	return i + size
}

// onlyDirectives reports whether what stands before the marker at end are
// directives (%YAML, %TAG), which belong to the document that follows.
func (s *splitter) onlyDirectives(end int) bool {
	directives := false
	for i := s.start; i < end; {
		next := s.lineEnd(i)
		line := s.text[i:next]
		switch {
		case line[0] == '%':
			directives = true
		case hasContent(line) || isMarker(line, "---"):
			return false
		}
		i = next
	}
	return directives
}

func (s *splitter) cut(end int) {
	if s.content == 0 || s.err != nil {
		return
	}
	s.docs, s.err = appendDocument(s.docs, s.text[s.start:end], s.base, s.content)
}

func appendDocument(docs []Document, text []byte, base, line int) ([]Document, error) {
	if len(text) > MaxDocument {
		return nil, &SyntaxError{Line: line, Message: fmt.Sprintf("the document has %d bytes, more than the %d that are read", len(text), MaxDocument)}
	}
	return append(docs, Document{Line: line, Hash: xxhash.Sum64(text), text: text, base: base}), nil
}

func isMarker(line []byte, marker string) bool {
	if len(line) < 3 || line[0] != marker[0] || string(line[:3]) != marker {
		return false
	}
	if len(line) == 3 {
		return true
	}
	r, _ := utf8.DecodeRune(line[3:])
	return strings.ContainsRune(" \t\r\n\u0085\u2028\u2029", r)
}

// hasContent reports whether the line is more than a marker, a comment or space.
func hasContent(line []byte) bool {
	if isMarker(line, "---") || isMarker(line, "...") {
		line = line[3:]
	}
	line = bytes.TrimSpace(line)
	return len(line) > 0 && line[0] != '#'
}
