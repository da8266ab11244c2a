package main

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// judged is how many of the answers a churn counts as wrong, for one route that
// led to upstream 0, since second 10 to 1, and since second 20 to 2.
func judged(a answer, err error, start, end float64) int {
	zero := time.Unix(0, 0)
	at := func(second float64) time.Time { return zero.Add(time.Duration(second * float64(time.Second))) }
	c := &churn{routes: []churnRoute{{states: []state{{at(0), 0}, {at(10), 1}, {at(20), 2}}}}}
	c.judge(0, a, err, at(start), at(end))
	return c.result.wrong
}

func TestAChurnKnowsWrongAnswers(t *testing.T) {
	cases := map[string]struct {
		answer     answer
		err        error
		start, end float64
		wrong      int
	}{
		"the present state":                           {answer: answer{200, 2}, start: 25, end: 26},
		"the state just before":                       {answer: answer{200, 1}, start: 25, end: 26},
		"two states ago":                              {answer: answer{200, 0}, start: 25, end: 26, wrong: 1},
		"a state that is yet to come":                 {answer: answer{200, 2}, start: 15, end: 16, wrong: 1},
		"a state that began while it was under way":   {answer: answer{200, 2}, start: 15, end: 21},
		"the one before that at which it was sent":    {answer: answer{200, 0}, start: 15, end: 21},
		"an upstream that the route never led to":     {answer: answer{200, 3}, start: 25, end: 26, wrong: 1},
		"no upstream":                                 {answer: answer{200, -1}, start: 25, end: 26, wrong: 1},
		"not found":                                   {answer: answer{404, -1}, start: 25, end: 26, wrong: 1},
		"unavailable, though the upstream would do":   {answer: answer{503, 2}, start: 25, end: 26, wrong: 1},
		"a connection that was closed instead":        {err: errors.New("EOF"), start: 25, end: 26, wrong: 1},
		"the first state, before there was any other": {answer: answer{200, 0}, start: 1, end: 2},
	}
	for name, c := range cases {
		require.Equal(t, c.wrong, judged(c.answer, c.err, c.start, c.end), name)
	}
}

func TestAChurnEditsWhatItSaysItDoes(t *testing.T) {
	c, err := newChurn(t.TempDir(), 1234, []int{1, 2, 3, 4})
	require.NoError(t, err)
	for i := range c.routes { // as if long ago
		c.routes[i].states[0].since = time.Now().Add(-time.Minute)
	}
	for kind := range 30 {
		require.NoError(t, c.edit(kind))
	}
	changed := 0
	for i := range c.routes {
		r := &c.routes[i]
		require.Equal(t, c.services[r.service], r.states[len(r.states)-1].upstream)
		changed += len(r.states) - 1
	}
	require.Greater(t, changed, 30, "an edit of endpoints changes several routes")
	requireServed(t, c.dir, 4)
}
