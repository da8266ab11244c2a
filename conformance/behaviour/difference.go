package behaviour

import (
	"slices"
	"strings"
)

// contextLines is the number of equal lines shown around a difference.
const contextLines = 2

// difference shows the lines in which two texts differ, by their longest common
// subsequence of lines.
func difference(want, got string) string {
	a, b := lines(want), lines(got)
	return strings.Join(nearChanges(edits(a, b)), "\n")
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// edits returns all lines, marked "- ", "+ " or "  ".
func edits(a, b []string) []string {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, "- "+a[i])
			i++
		default:
			out = append(out, "+ "+b[j])
			j++
		}
	}
	return out
}

// nearChanges drops equal lines that are far from a change.
func nearChanges(all []string) []string {
	keep := make([]bool, len(all))
	for i, line := range all {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		for j := max(0, i-contextLines); j < min(len(all), i+contextLines+1); j++ {
			keep[j] = true
		}
	}
	var out []string
	for i, line := range all {
		if keep[i] {
			out = append(out, line)
		}
	}
	return out
}
