package manifest

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Locate returns the 1-based line of the file on which the field at path
// stands, or the nearest field around it that is written. Path has the form
// of the API machinery: "spec.rules[0].host", "metadata.labels[app]".
func (d Document) Locate(path string) int {
	root, ok := d.tree()
	if !ok {
		return d.Line
	}
	line, node := d.Line, root
	for _, step := range steps(path) {
		at, next := child(node, step)
		if next == nil {
			break
		}
		line, node = d.base+at.Line-1, next
	}
	return line
}

// tree parses the document with positions and without expanding aliases.
func (d Document) tree() (root *yaml.Node, ok bool) {
	defer func() {
		if recover() != nil { // as in parseYAML
			root, ok = nil, false
		}
	}()
	doc := &yaml.Node{}
	if yaml.Unmarshal(d.text, doc) != nil || len(doc.Content) == 0 {
		return nil, false
	}
	return doc.Content[0], true
}

// child returns the node that names the step (the key, or the item itself) and
// the node that is its value.
func child(n *yaml.Node, step string) (at, value *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	default: // has no children
	}
	return nil, nil
}

// steps cuts "a.b[0].c[x.y/z]" into a, b, 0, c, x.y/z.
func steps(path string) []string {
	var out []string
	for path != "" {
		switch end := strings.IndexAny(path, ".[]"); {
		case path[0] == '.':
			path = path[1:]
		case path[0] == '[':
			inside, rest, _ := strings.Cut(path[1:], "]")
			out, path = append(out, inside), rest
		case end < 0:
			return append(out, path)
		case end == 0:
			path = path[1:]
		default:
			out, path = append(out, path[:end]), path[end:]
		}
	}
	return out
}

// duplicates returns the fields that a mapping has twice, where they repeat.
func (d Document) duplicates() []Field {
	root, ok := d.tree()
	if !ok {
		return []Field{{Line: d.Line}}
	}
	var found []Field
	walk(root, "", func(path string, at *yaml.Node) {
		found = append(found, Field{Path: path, Line: d.base + at.Line - 1})
	})
	return found
}

func walk(n *yaml.Node, path string, repeated func(path string, at *yaml.Node)) {
	switch n.Kind {
	case yaml.MappingNode:
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			at := join(path, n.Content[i].Value)
			if seen[at] {
				repeated(at, n.Content[i])
			}
			seen[at] = true
			walk(n.Content[i+1], at, repeated)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			walk(item, path+"["+strconv.Itoa(i)+"]", repeated)
		}
	default: // has no children; what an alias stands for is walked where it is written
	}
}

func join(path, field string) string {
	switch {
	case strings.ContainsAny(field, ".[]"):
		return path + "[" + field + "]"
	case path == "":
		return field
	default:
		return path + "." + field
	}
}
