package translator

import (
	accesslogv3 "github.com/envoyproxy/go-control-plane/envoy/config/accesslog/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	streamv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/stream/v3"
	"google.golang.org/protobuf/types/known/structpb"
)

// accessLogFields are the fields of a line. JSON keeps what a client sends
// inside one field, whatever it contains.
func accessLogFields() map[string]string {
	return map[string]string{
		"time":              "%START_TIME%",
		"method":            "%REQ(:METHOD)%",
		"host":              "%REQ(:AUTHORITY)%",
		"path":              "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
		"protocol":          "%PROTOCOL%",
		"status":            "%RESPONSE_CODE%",
		"details":           "%RESPONSE_CODE_DETAILS%",
		"flags":             "%RESPONSE_FLAGS%",
		"bytes_received":    "%BYTES_RECEIVED%",
		"bytes_sent":        "%BYTES_SENT%",
		"duration_ms":       "%DURATION%",
		"client":            "%DOWNSTREAM_REMOTE_ADDRESS%",
		"forwarded_for":     "%REQ(X-FORWARDED-FOR)%",
		"user_agent":        "%REQ(USER-AGENT)%",
		"request_id":        "%REQ(X-REQUEST-ID)%",
		"server_name":       "%REQUESTED_SERVER_NAME%",
		"upstream_cluster":  "%UPSTREAM_CLUSTER%",
		"upstream_host":     "%UPSTREAM_HOST%",
		"upstream_failure":  "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
		"upstream_attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
	}
}

// accessLog writes a JSON line for each request to Envoy's standard output.
func accessLog() ([]*accesslogv3.AccessLog, error) {
	fields := map[string]*structpb.Value{}
	for name, format := range accessLogFields() {
		fields[name] = structpb.NewStringValue(format)
	}
	config, err := pack(&streamv3.StdoutAccessLog{
		AccessLogFormat: &streamv3.StdoutAccessLog_LogFormat{LogFormat: &corev3.SubstitutionFormatString{
			Format: &corev3.SubstitutionFormatString_JsonFormat{JsonFormat: &structpb.Struct{Fields: fields}},
		}},
	})
	if err != nil {
		return nil, err
	}
	return []*accesslogv3.AccessLog{{
		Name:       "envoy.access_loggers.stdout",
		ConfigType: &accesslogv3.AccessLog_TypedConfig{TypedConfig: config},
	}}, nil
}
