package proxy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoffDoublesUpToTheLongestWait(t *testing.T) {
	var b backoff
	var waits []time.Duration
	for range 9 {
		waits = append(waits, b.next(time.Second, 1))
	}
	require.Equal(t, []time.Duration{
		250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second,
		4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second,
	}, waits)
}

func TestBackoffBeginsAgainAfterALongLife(t *testing.T) {
	var b backoff
	for range 5 {
		b.next(time.Second, 0)
	}
	require.Equal(t, firstWait, b.next(healthyLife, 1))
	require.Equal(t, 2*firstWait, b.next(time.Second, 1))
}

func TestBackoffIsHalfChance(t *testing.T) {
	for _, chance := range []float64{0, 0.5, 1} {
		var b backoff
		want := firstWait/2 + time.Duration(chance*float64(firstWait/2))
		require.Equal(t, want, b.next(0, chance))
	}
}
