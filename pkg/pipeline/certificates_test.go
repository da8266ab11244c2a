package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
)

func secret(name string, t corev1.SecretType) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}, Type: t}
}

func TestASecretThatIsNowMeantForTLSIsJudged(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(key("", "Secret", "cert"), secret("cert", corev1.SecretTypeOpaque))
	require.Empty(t, withoutAssumed(p.Commit().Statuses), "an opaque Secret may hold anything")
	p.Stage(key("", "Secret", "cert"), secret("cert", corev1.SecretTypeTLS))
	require.Equal(t, ir.ReasonBadCertificate, problemsOf(t, p.Commit(), key("", "Secret", "cert"))[0].Reason)
}

// withoutAssumed leaves out the statuses of the namespace of what is assumed.
func withoutAssumed(all []pipeline.StatusChange) []pipeline.StatusChange {
	var out []pipeline.StatusChange
	for _, s := range all {
		if s.Object.Namespace != pipeline.DefaultNamespace {
			out = append(out, s)
		}
	}
	return out
}
