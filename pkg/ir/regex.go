package ir

import (
	"fmt"
	"regexp/syntax"
)

// Bounds on regular expressions. Envoy bounds the size of compiled programs
// (re2.max_program_size), which is not known before Envoy has compiled one; what
// passes here is well below the bound that its bootstrap sets.
const (
	maxRegexLength = 1024
	maxRegexSize   = 8000
)

// CheckRegex reports why a regular expression cannot be used, as a message for
// a Problem, or "" if it can. The syntax is RE2, which Envoy and package
// regexp share.
func CheckRegex(source string) string {
	if len(source) > maxRegexLength {
		return fmt.Sprintf("the regular expression is longer than %d characters", maxRegexLength)
	}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return "the regular expression is not valid RE2: " + err.Error()
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return "the regular expression is not valid RE2: " + err.Error()
	}
	if regexSize(program) > maxRegexSize {
		return "the regular expression is too large once repetitions and character classes are written out"
	}
	return ""
}

// regexSize estimates the size of RE2's program, in which a class of characters
// takes some instructions for each of its ranges.
func regexSize(program *syntax.Prog) int {
	size := 0
	for i := range program.Inst {
		size += 1 + 2*len(program.Inst[i].Rune)
	}
	return size
}
