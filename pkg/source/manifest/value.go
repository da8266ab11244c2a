package manifest

import (
	"fmt"
	"math"
	"strconv"
)

// plain turns what the YAML parser returns into the types of decoded JSON:
// map[string]any, []any, string, bool, int64, float64 and nil. Keys that are
// not strings become the strings that kubectl makes of them.
func plain(v any, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", MaxDepth)
	}
	switch v := v.(type) {
	case map[any]any:
		return plainMap(v, depth)
	case map[string]any:
		return v, plainFields(v, depth)
	case []any:
		for i := range v {
			item, err := plain(v[i], depth+1)
			if err != nil {
				return nil, err
			}
			v[i] = item
		}
		return v, nil
	case int:
		return int64(v), nil
	case uint64:
		return float64(v), nil
	case float64:
		return plainFloat(v)
	default:
		return v, nil
	}
}

func plainMap(v map[any]any, depth int) (any, error) {
	m := make(map[string]any, len(v))
	for key, value := range v {
		name, err := plainKey(key)
		if err != nil {
			return nil, err
		}
		if m[name], err = plain(value, depth+1); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func plainFields(m map[string]any, depth int) error {
	for key, value := range m {
		field, err := plain(value, depth+1)
		if err != nil {
			return err
		}
		switch value.(type) {
		case map[string]any, []any: // changed in place
		default:
			m[key] = field
		}
	}
	return nil
}

func plainKey(key any) (string, error) {
	switch key := key.(type) {
	case string:
		return key, nil
	case bool:
		return strconv.FormatBool(key), nil
	case int:
		return strconv.Itoa(key), nil
	case int64:
		return strconv.FormatInt(key, 10), nil
	case float64:
		return strconv.FormatFloat(key, 'g', -1, 32), nil
	default:
		return "", fmt.Errorf("%v (a %T) cannot be the key of a mapping", key, key)
	}
}

// plainFloat makes 80.0 the integer 80, as the way over JSON does.
func plainFloat(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%v is not a number of JSON", f)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
		return int64(f), nil
	}
	return f, nil
}
