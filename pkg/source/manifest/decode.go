package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v2"
	kjson "sigs.k8s.io/json"
)

// Item is one object of a document.
type Item struct {
	// Object is the object in the types of decoded JSON.
	Object map[string]any
	// Path is where in the document it stands: empty, or "items[3]" in a List.
	Path string
}

// Decoded is what a document holds.
type Decoded struct {
	Items []Item
	// Duplicates are the fields that are written more than once. Which of the
	// values the object has is not defined.
	Duplicates []Field
}

// Field is a field of a document.
type Field struct {
	Path string
	Line int // 1-based line of the file
}

// Decode returns the objects of the document: none if it is empty, several if
// it is a List. It returns a *SyntaxError if the text does not parse or is not
// an object.
func (d Document) Decode() (Decoded, error) {
	value, duplicates, err := d.parse()
	if err != nil {
		return Decoded{}, err
	}
	out := Decoded{}
	if duplicates {
		out.Duplicates = d.duplicates()
	}
	if value == nil {
		return out, nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return Decoded{}, &SyntaxError{Line: d.Line, Message: "expected an object, with fields such as apiVersion and kind"}
	}
	out.Items, err = expand(nil, object, "")
	if err != nil {
		return Decoded{}, &SyntaxError{Line: d.Line, Message: err.Error()}
	}
	return out, nil
}

func (d Document) parse() (value any, duplicates bool, err error) {
	if start := skipSpace(d.text, 0); start < len(d.text) && d.text[start] == '{' {
		if value, duplicates, err := parseJSON(d.text); err == nil {
			return value, duplicates, nil
		}
	}
	if value, ok := parseQuick(d.text); ok {
		return value, false, nil
	}
	value, duplicates, err = parseYAML(d.text)
	if err != nil {
		return nil, false, d.syntaxError(err)
	}
	return value, duplicates, nil
}

func parseJSON(text []byte) (value any, duplicates bool, err error) {
	strict, err := kjson.UnmarshalStrict(text, &value, kjson.DisallowDuplicateFields)
	if err != nil {
		return nil, false, err
	}
	value, err = plain(value, 0)
	return value, len(strict) > 0, err
}

func parseYAML(text []byte) (value any, duplicates bool, err error) {
	defer func() {
		// The parser is not ours; whatever a user writes must not end the process.
		if p := recover(); p != nil {
			value, err = nil, fmt.Errorf("yaml: the parser failed: %v", p)
		}
	}()
	err = yaml.UnmarshalStrict(text, &value)
	var inner *yaml.TypeError
	if errors.As(err, &inner) && allDuplicates(inner.Errors) {
		duplicates, err = true, nil
	}
	if err != nil {
		return nil, false, err
	}
	value, err = plain(value, 0)
	return value, duplicates, err
}

func allDuplicates(messages []string) bool {
	for _, m := range messages {
		if !strings.HasSuffix(m, "already set in map") {
			return false
		}
	}
	return true
}

// yamlLine is where the parser's messages name their line.
var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors:\s+)?(?:line (\d+): )?`)

func (d Document) syntaxError(err error) *SyntaxError {
	message, line := err.Error(), d.Line
	match := yamlLine.FindStringSubmatch(message)
	message = strings.TrimSpace(strings.ReplaceAll(message[len(match[0]):], "\n", " "))
	if n, err := strconv.Atoi(match[1]); err == nil {
		line = d.base + n - 1
		if fromGrammar(message) {
			line++ // the parser, unlike its scanner, counts these from 0
		}
	}
	return &SyntaxError{Line: line, Message: message}
}

func fromGrammar(message string) bool {
	for _, expected := range []string{"key", "'-' indicator", "',' or", "node content", "<document start>"} {
		if strings.HasPrefix(message, "did not find expected "+expected) {
			return true
		}
	}
	return false
}

// expand appends object, or the items of a List.
func expand(items []Item, object map[string]any, path string) ([]Item, error) {
	kind, _ := object["kind"].(string)
	list, ok := object["items"].([]any)
	if !ok || !strings.HasSuffix(kind, "List") {
		return append(items, Item{Object: object, Path: path}), nil
	}
	for i, member := range list {
		at := join(path, "items") + "[" + strconv.Itoa(i) + "]"
		item, ok := member.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: expected an object", at)
		}
		inherit(item, object, strings.TrimSuffix(kind, "List"))
		var err error
		if items, err = expand(items, item, at); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// inherit gives an item of a typed list, such as a ServiceList, its type.
func inherit(item, list map[string]any, kind string) {
	if kind == "" || item["kind"] != nil || item["apiVersion"] != nil {
		return
	}
	item["kind"], item["apiVersion"] = kind, list["apiVersion"]
}
