package behaviour

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// Shared is the dialect of a case whose objects are all in shared files.
const Shared = "shared"

// dialectNames are the files that say the same in different words.
func dialectNames() []string { return []string{"gateway", "ingress", "virtualservice"} }

// Case is one behaviour: a txtar file.
type Case struct {
	// Name is the file's path below the root, without its extension.
	Name string
	// File is the path of the txtar file.
	File string
	// Dialects are those that the case is written in, sorted.
	Dialects []string
	// Steps are at least one. Each changes files of the step before it.
	Steps []Step

	archive *txtar.Archive
}

// Step is a state of the directory and what is expected of it.
type Step struct {
	// Number is 1 for the first step.
	Number int
	// Files are the manifests that the step writes, by name.
	Files map[string]string
	// Traffic holds the lines to be tried.
	Traffic []Line
	// Golden are the other sections: ir, xds, status and status.<dialect>.
	Golden map[string]string
}

// LoadAll loads every case below root, sorted by name.
func LoadAll(root string) ([]Case, error) {
	var out []Case
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txtar" {
			return err
		}
		name, err := filepath.Rel(root, strings.TrimSuffix(path, ".txtar"))
		if err != nil {
			return err
		}
		c, err := Load(filepath.ToSlash(name), path)
		out = append(out, c)
		return err
	})
	return out, err
}

// Load reads a case. The error names file and line.
func Load(name, file string) (Case, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Case{}, err
	}
	c := Case{Name: name, File: file, archive: txtar.Parse(text)}
	if len(bytes.TrimSpace(c.archive.Comment)) == 0 {
		return Case{}, fmt.Errorf("%s:1: the case does not say what behaviour it shows", file)
	}
	line := 1 + bytes.Count(c.archive.Comment, []byte("\n"))
	for _, section := range c.archive.Files {
		if err := c.add(section, line+1); err != nil {
			return Case{}, fmt.Errorf("%s:%w", file, err)
		}
		line += 1 + bytes.Count(section.Data, []byte("\n"))
	}
	return c, c.finish()
}

// add takes one section, whose text starts at a line of the file.
func (c *Case) add(section txtar.File, line int) error {
	number, name := 1, section.Name
	if head, rest, ok := strings.Cut(section.Name, "/"); ok {
		n, err := strconv.Atoi(head)
		if err != nil || n < 2 || n > len(c.Steps)+1 {
			return fmt.Errorf("%d: section %q: steps are numbered 2, 3, … in their order", line-1, section.Name)
		}
		number, name = n, rest
	}
	for len(c.Steps) < number {
		c.Steps = append(c.Steps, Step{Number: len(c.Steps) + 1, Files: map[string]string{}, Golden: map[string]string{}})
	}
	return c.Steps[number-1].add(name, string(section.Data), line)
}

func (s *Step) add(name, text string, line int) error {
	kind, dialect, _ := strings.Cut(name, ".")
	switch {
	case slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)):
		if _, dup := s.Files[name]; dup {
			return fmt.Errorf("%d: there are two sections %q", line-1, name)
		}
		s.Files[name] = text
	case name == "traffic":
		lines, err := ParseTraffic(text, line)
		s.Traffic = lines
		return err
	case name == "ir", name == "xds", name == "status", kind == "status" && slices.Contains(append(dialectNames(), Shared), dialect):
		s.Golden[name] = text
	default:
		return fmt.Errorf("%d: there is no section of the name %q", line-1, name)
	}
	return nil
}

// finish finds the dialects.
func (c *Case) finish() error {
	if len(c.Steps) == 0 {
		return fmt.Errorf("%s: the case has no sections", c.File)
	}
	for _, d := range dialectNames() {
		if _, ok := c.Steps[0].Files[d+".yaml"]; ok {
			c.Dialects = append(c.Dialects, d)
		}
	}
	if len(c.Dialects) == 0 {
		c.Dialects = []string{Shared}
	}
	for _, s := range c.Steps {
		for _, d := range dialectNames() {
			if _, ok := s.Files[d+".yaml"]; ok && !slices.Contains(c.Dialects, d) {
				return fmt.Errorf("%s: step %d has %s.yaml, but the first step has not", c.File, s.Number, d)
			}
		}
	}
	return nil
}

// filesFor returns the names of the step's files that a dialect reads, sorted.
func (s *Step) filesFor(dialect string) []string {
	var out []string
	for name := range s.Files {
		own := strings.TrimSuffix(name, ".yaml")
		if own == dialect || !slices.Contains(dialectNames(), own) {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// set replaces a golden section of a step, or removes it if the text is empty.
func (c *Case) set(step int, name, text string) {
	s := &c.Steps[step-1]
	delete(s.Golden, name)
	if text != "" {
		s.Golden[name] = text
	}
	full := name
	if step > 1 {
		full = strconv.Itoa(step) + "/" + name
	}
	i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == full })
	switch {
	case i >= 0 && text == "":
		c.archive.Files = slices.Delete(c.archive.Files, i, i+1)
	case i >= 0:
		c.archive.Files[i].Data = []byte(text)
	case text != "":
		c.archive.Files = slices.Insert(c.archive.Files, c.place(step), txtar.File{Name: full, Data: []byte(text)})
	}
}

// place is where a new golden section of a step goes: after its manifests and
// other goldens, before its traffic.
func (c *Case) place(step int) int {
	after := 0
	for i, f := range c.archive.Files {
		head, rest, inStep := strings.Cut(f.Name, "/")
		number := 1
		if inStep {
			number, _ = strconv.Atoi(head) // checked by add
		} else {
			rest = f.Name
		}
		if number < step || number == step && rest != "traffic" {
			after = i + 1
		}
	}
	return after
}

// save writes the case back if its goldens changed.
func (c *Case) save() error {
	was, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	now := txtar.Format(c.archive)
	if bytes.Equal(was, now) {
		return nil
	}
	return os.WriteFile(c.File, now, 0o644) //nolint:gosec // a source file
}
