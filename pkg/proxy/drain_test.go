package proxy

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTrafficLeavesOutTheAdminInterface(t *testing.T) {
	got := trafficOf(map[string]uint64{
		"http.admin.downstream_rq_active":                            1,
		"http.admin.downstream_rq_total":                             9,
		"http.admin.downstream_cx_active":                            1,
		"listener.admin.downstream_cx_active":                        1,
		"listener.127.0.0.1_80.downstream_cx_active":                 7,
		"listener.127.0.0.1_80.worker_0.downstream_cx_active":        7,
		"http.web.downstream_rq_active":                              2,
		"http.web.downstream_cx_active":                              5,
		"http.web.downstream_rq_total":                               40,
		"cluster.listener.http.upstream_listener.downstream_cx_acti": 3,
	})
	require.Equal(t, traffic{known: true, connections: 7, busy: 2 + (7 - 5), requests: 40}, got)
}

func TestQuietMeansNoConnectionOrNoRequestForAWhile(t *testing.T) {
	begin := time.Unix(0, 0)
	idle := traffic{connections: 3, requests: 10}
	tests := map[string]struct {
		now  traffic
		at   time.Duration
		want bool
	}{
		"no connection":           {traffic{requests: 10}, 0, true},
		"idle for a moment":       {idle, quietTime - 1, false},
		"idle for long":           {idle, quietTime, true},
		"a request is under way":  {traffic{connections: 1, busy: 1, requests: 10}, time.Hour, false},
		"a request came and went": {traffic{connections: 1, requests: 11}, time.Hour, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			quiet := quietness{last: idle, since: begin}
			require.Equal(t, test.want, quiet.finished(test.now, begin.Add(test.at)))
		})
	}
}

func TestNothingIsCutOffWhenNothingIsUnderWay(t *testing.T) {
	require.ErrorIs(t, traffic{}.cutOff(context.Canceled), context.Canceled, "nothing is known")
	require.NoError(t, traffic{known: true, connections: 5}.cutOff(context.Canceled))
	err := traffic{known: true, connections: 5, busy: 2}.cutOff(context.Canceled)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "2 requests")
}
