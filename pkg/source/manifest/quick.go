package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v2"
)

// quick parses the part of YAML that programs write and most people keep to:
// ASCII, block mappings and sequences, scalars on one line, literal blocks. It
// takes a tenth of the time of the full parser. Where a text has anything else,
// or may be wrong, it gives up and leaves it to the full parser; where it does
// not give up, its result is the full parser's (the tests compare the two).
type quick struct {
	text []byte
	next int // offset of the line after the current one
	// The current line: offsets of its first and after its last character,
	// and the column of the first; -1 at the end of the text.
	start, end int
	indent     int
	depth      int
	gaveUp     bool
}

// maxQuickDepth bounds the recursion; what nests deeper is for the full parser.
const maxQuickDepth = 60

// maxQuickKey bounds keys on one line, which the full parser does at 1024 bytes.
const maxQuickKey = 512

// parseQuick returns the value of the text, and false if it gave up.
func parseQuick(text []byte) (any, bool) {
	if !isPlainText(text) {
		return nil, false
	}
	q := &quick{text: text}
	q.advance()
	if q.indent == 0 && bytes.HasPrefix(q.line(), []byte("---")) {
		if rest := q.line()[3:]; len(rest) > 0 && !isComment(rest) {
			return nil, false
		}
		q.advance()
	}
	if q.indent != 0 || q.isItem() {
		return nil, false // nothing, or no object: rare, and not worth knowing
	}
	value := q.mapping(0)
	if q.gaveUp || q.indent >= 0 {
		return nil, false
	}
	return value, true
}

// isPlainText reports whether the text is printable ASCII in whole lines.
func isPlainText(text []byte) bool {
	for _, c := range text {
		if (c < ' ' && c != '\n') || c > '~' {
			return false
		}
	}
	return len(text) > 0 && text[len(text)-1] == '\n'
}

func (q *quick) giveUp() any {
	q.gaveUp, q.indent = true, -1
	return nil
}

// advance goes to the next line that is neither empty nor a comment.
func (q *quick) advance() {
	for q.next < len(q.text) {
		from := q.next
		to := from + bytes.IndexByte(q.text[from:], '\n')
		q.next = to + 1
		for from < to && q.text[from] == ' ' {
			from++
		}
		if from == to || q.text[from] == '#' {
			continue
		}
		for to > from && q.text[to-1] == ' ' {
			to--
		}
		q.start, q.end = from, to
		q.indent = from - lineStart(q.text, from)
		return
	}
	q.indent = -1
}

func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

func (q *quick) line() []byte { return q.text[q.start:q.end] }

// isItem reports whether the current line starts an item of a sequence.
func (q *quick) isItem() bool {
	line := q.line()
	return line[0] == '-' && (len(line) == 1 || line[1] == ' ')
}

// block parses the mapping or sequence that starts on the current line.
func (q *quick) block() any {
	if q.depth++; q.depth > maxQuickDepth {
		return q.giveUp()
	}
	defer func() { q.depth-- }()
	if q.isItem() {
		return q.sequence(q.indent)
	}
	return q.mapping(q.indent)
}

func (q *quick) mapping(indent int) any {
	m := map[string]any{}
	for q.indent == indent && !q.isItem() {
		key, rest, ok := cutKey(q.line())
		if !ok {
			return q.giveUp()
		}
		name := internKey(key)
		if _, repeated := m[name]; repeated {
			return q.giveUp()
		}
		m[name] = q.value(rest, indent, true)
	}
	if q.indent > indent || q.indent == indent && len(m) == 0 {
		return q.giveUp()
	}
	return m
}

func (q *quick) sequence(indent int) any {
	var items []any
	for q.indent == indent && q.isItem() {
		rest := bytes.TrimLeft(q.line()[1:], " ")
		if len(rest) == 0 || rest[0] == '#' {
			items = append(items, q.value(nil, indent, false))
			continue
		}
		if _, _, ok := cutKey(rest); ok || rest[0] == '-' && (len(rest) == 1 || rest[1] == ' ') {
			// The item's own block starts in the middle of the line.
			q.start = q.end - len(rest)
			q.indent = q.start - lineStart(q.text, q.start)
			items = append(items, q.block())
			continue
		}
		items = append(items, q.value(rest, indent, false))
	}
	if q.indent > indent {
		return q.giveUp()
	}
	return items
}

// value parses what stands after a key or a dash, which is on the current line
// of a block at indent, and leaves that line.
func (q *quick) value(rest []byte, indent int, inMapping bool) any {
	if len(rest) == 0 || rest[0] == '#' {
		q.advance()
		// In a mapping, the dashes of a sequence need not be indented.
		if q.indent > indent || inMapping && q.indent == indent && q.isItem() {
			return q.block()
		}
		return nil
	}
	if rest[0] == '|' {
		return q.literal(rest, indent)
	}
	value, ok := scalar(rest)
	if !ok {
		return q.giveUp()
	}
	q.advance()
	if q.indent > indent {
		return q.giveUp() // a scalar of several lines
	}
	return value
}

// literal parses the block after "|" or "|-".
func (q *quick) literal(header []byte, indent int) any {
	strip := string(header) == "|-"
	if !strip && string(header) != "|" {
		return q.giveUp()
	}
	var out []byte
	column, blank := -1, 0
	for q.next < len(q.text) {
		end := q.next + bytes.IndexByte(q.text[q.next:], '\n')
		line := q.text[q.next:end]
		margin := len(line) - len(bytes.TrimLeft(line, " "))
		if column < 0 {
			if margin == len(line) || margin <= indent {
				return q.giveUp() // starts empty, or is
			}
			column = margin
		}
		switch {
		case margin == len(line) && margin <= column:
			blank++
		case margin < column:
			column = 0 // the end
		default:
			out = append(append(out, bytes.Repeat([]byte{'\n'}, blank)...), line[column:]...)
			out, blank = append(out, '\n'), 0
		}
		if column == 0 {
			break
		}
		q.next = end + 1
	}
	q.advance()
	if q.indent > indent || len(out) == 0 {
		return q.giveUp()
	}
	if strip {
		out = out[:len(out)-1]
	}
	return string(out)
}

// cutKey cuts "key: value" and "key:". Only keys that are surely texts are cut.
func cutKey(line []byte) (key, rest []byte, ok bool) {
	i := 0
	for i < len(line) && isKeyByte(line[i]) {
		i++
	}
	if i == 0 || i > maxQuickKey || i == len(line) || line[i] != ':' || !isTextStart(line[0]) || isWord(line[:i]) {
		return nil, nil, false
	}
	if key, rest = line[:i], line[i+1:]; len(rest) > 0 && rest[0] != ' ' {
		return nil, nil, false
	}
	return key, bytes.TrimLeft(rest, " "), true
}

func isKeyByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '.' || c == '_' || c == '-' || c == '/'
}
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// isTextStart reports whether plain scalars that start like this are texts,
// unless they are one of the words that are not.
func isTextStart(c byte) bool { return isLetter(c) || c == '/' || c == '^' || c == '(' || c == '$' }

func isComment(rest []byte) bool {
	trimmed := bytes.TrimLeft(rest, " ")
	return len(trimmed) == 0 || trimmed[0] == '#' && len(trimmed) < len(rest)
}

// scalar parses a scalar that is all on one line.
func scalar(text []byte) (any, bool) {
	switch text[0] {
	case '"', '\'':
		return quotedScalar(text)
	case '{', '[':
		if s := string(text); s == "{}" {
			return map[string]any{}, true
		} else if s == "[]" {
			return []any{}, true
		}
		return nil, false
	}
	if i := bytes.Index(text, []byte(" #")); i >= 0 {
		text = bytes.TrimRight(text[:i], " ")
	}
	if text[len(text)-1] == ':' || bytes.Contains(text, []byte(": ")) {
		return nil, false
	}
	switch {
	case isTextStart(text[0]):
		if value, ok := word(text); ok {
			return value, true
		}
		return string(text), true
	case isDigit(text[0]), strings.IndexByte("+-.", text[0]) >= 0 && len(text) > 1 && isDigit(text[1]):
		return number(text)
	default:
		return nil, false
	}
}

// quotedScalar parses a quoted scalar that has nothing escaped.
func quotedScalar(text []byte) (any, bool) {
	quote := text[0]
	end := bytes.IndexByte(text[1:], quote) + 1
	if end == 0 || !isComment(text[end+1:]) {
		return nil, false
	}
	if inside := text[1:end]; quote == '\'' || bytes.IndexByte(inside, '\\') < 0 {
		return string(inside), true
	}
	return nil, false
}

// number parses what may be one: small integers here, the rest as the full
// parser does.
func number(text []byte) (any, bool) {
	if len(text) <= 9 && (text[0] != '0' || len(text) == 1) {
		n := int64(0)
		for _, c := range text {
			if !isDigit(c) {
				n = -1
				break
			}
			n = 10*n + int64(c-'0')
		}
		if n >= 0 {
			return n, true
		}
	}
	if bytes.IndexByte(text, ' ') >= 0 {
		return string(text), true
	}
	var value any
	if yaml.Unmarshal(text, &value) != nil {
		return nil, false
	}
	value, err := plain(value, 0)
	return value, err == nil
}

func isWord(text []byte) bool {
	_, ok := word(text)
	return ok
}

// word returns the value of the words that are no texts in YAML 1.1.
func word(text []byte) (any, bool) {
	if len(text) > len("false") {
		return nil, false
	}
	switch string(text) {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE":
		return true, true
	case "n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE":
		return false, true
	case "null", "Null", "NULL":
		return nil, true
	}
	return nil, false
}

// internKey spares the frequent keys a string of their own.
func internKey(key []byte) string {
	for _, frequent := range [...]string{
		"name", "namespace", "kind", "apiVersion", "metadata", "labels", "annotations", "spec", "port", "ports", "path", "rules",
		"type", "value", "host", "http", "paths", "pathType", "backend", "service", "number", "backendRefs", "matches", "headers", "parentRefs", "hostnames",
	} {
		if string(key) == frequent {
			return frequent
		}
	}
	return string(key)
}
