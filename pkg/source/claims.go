package source

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// claims says which file's object counts where several define the same: the
// first by path, so that nothing depends on the order of loading.
type claims struct {
	byKey map[ir.Object]claim
	// lost holds the objects of each file that another file's stand before.
	lost map[string]map[ir.Object]bool
}

type claim struct {
	// winner counts, others do not; all of different files.
	winner *Object
	others []*Object
	// published is what was last announced, nil if nothing was.
	published KubeObject
}

func newClaims() claims {
	return claims{byKey: map[ir.Object]claim{}, lost: map[string]map[ir.Object]bool{}}
}

// change is a file's step from one version to the next; either may be nil.
type change struct {
	before, after *file
	// err says that there is no next version yet: the change is none.
	err error
}

// apply takes the changes in and returns the events that they make and the
// files whose problems they may have changed.
func (c *claims) apply(changes []change) ([]Event, map[string]bool) {
	touched := map[ir.Object]bool{}
	dirty := map[string]bool{}
	for _, ch := range changes {
		path := cmp.Or(ch.after, ch.before).path
		dirty[path] = true
		c.take(ch, path, touched)
	}
	var events []Event
	for key := range touched {
		if event, ok := c.publish(key); ok {
			events = append(events, event)
		}
		c.settle(key, dirty)
	}
	slices.SortFunc(events, func(a, b Event) int { return a.Key.Compare(b.Key) })
	return events, dirty
}

// take replaces the claims of one file.
func (c *claims) take(ch change, path string, touched map[ir.Object]bool) {
	before := ch.before.last()
	for h := range ch.after.objects {
		old, held := before[h.key]
		delete(before, h.key)
		if held && old == h.object {
			continue
		}
		touched[h.key] = true
		if held {
			c.drop(h.key, path)
		}
		c.add(h.key, h.object)
	}
	for key := range before {
		touched[key] = true
		c.drop(key, path)
	}
}

func (c *claims) add(key ir.Object, object *Object) {
	cl := c.byKey[key]
	switch {
	case cl.winner == nil:
		cl.winner = object
	case object.File < cl.winner.File:
		cl.winner, cl.others = object, append(cl.others, cl.winner)
	default:
		cl.others = append(cl.others, object)
	}
	c.byKey[key] = cl
}

func (c *claims) drop(key ir.Object, path string) {
	cl := c.byKey[key]
	if lost := c.lost[path]; lost != nil {
		delete(lost, key)
	}
	if cl.winner == nil || cl.winner.File != path {
		cl.others = slices.DeleteFunc(cl.others, func(o *Object) bool { return o.File == path })
		c.byKey[key] = cl
		return
	}
	cl.winner = nil
	if len(cl.others) > 0 {
		cl.winner = slices.MinFunc(cl.others, func(a, b *Object) int { return cmp.Compare(a.File, b.File) })
		winner := cl.winner
		cl.others = slices.DeleteFunc(cl.others, func(o *Object) bool { return o == winner })
	}
	c.byKey[key] = cl
}

// settle notes in which files the object does not count.
func (c *claims) settle(key ir.Object, dirty map[string]bool) {
	cl, ok := c.byKey[key]
	if !ok {
		return
	}
	if lost := c.lost[cl.winner.File]; lost[key] {
		delete(lost, key)
		dirty[cl.winner.File] = true
	}
	for _, o := range cl.others {
		if c.lost[o.File] == nil {
			c.lost[o.File] = map[ir.Object]bool{}
		}
		c.lost[o.File][key] = true
		dirty[o.File] = true
	}
}

// publish returns the event that brings the outside up to date, if one is due.
func (c *claims) publish(key ir.Object) (Event, bool) {
	cl := c.byKey[key]
	if cl.winner == nil {
		delete(c.byKey, key)
		return Event{Key: key}, cl.published != nil
	}
	generation := int64(1)
	if cl.published != nil {
		if same(cl.published, cl.winner.Obj) {
			return Event{}, false
		}
		generation = cl.published.GetGeneration()
		if !sameButMetadata(cl.published, cl.winner.Obj) {
			generation++
		}
	}
	event := *cl.winner
	if old := event.Obj.GetGeneration(); old != 0 && old != generation {
		event.Obj = clone(event.Obj) // others have it with its old generation
	}
	event.Obj.SetGeneration(generation)
	cl.published = event.Obj
	c.byKey[key] = cl
	return Event{Key: key, Object: &event}, true
}

// conflicts returns the problems of a file whose objects do not count.
func (c *claims) conflicts(f *file) []FileProblem {
	if f == nil || len(c.lost[f.path]) == 0 {
		return nil
	}
	var out []FileProblem
	for _, key := range slices.SortedFunc(maps.Keys(c.lost[f.path]), ir.Object.Compare) {
		cl := c.byKey[key]
		for _, o := range cl.others {
			if o.File == f.path {
				out = append(out, conflict(f.path, o.Line, key, cl.winner.File))
			}
		}
	}
	return out
}

// same reports whether two objects are equal but for the generation.
func same(a, b KubeObject) bool { return a == b || sameButMetadata(a, b) && sameMetadata(a, b) }

func sameMetadata(a, b KubeObject) bool {
	am, bm := metadata(a), metadata(b)
	am.Generation, bm.Generation = 0, 0
	return equality.Semantic.DeepEqual(am, bm)
}

// sameButMetadata compares all fields of two objects except the metadata.
func sameButMetadata(a, b KubeObject) bool {
	av, bv := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	if av.Type() != bv.Type() {
		return false
	}
	for i := range av.NumField() {
		if av.Type().Field(i).Type == reflect.TypeFor[metav1.ObjectMeta]() {
			continue
		}
		if !equality.Semantic.DeepEqual(av.Field(i).Interface(), bv.Field(i).Interface()) {
			return false
		}
	}
	return true
}

func metadata(o KubeObject) metav1.ObjectMeta {
	meta, _ := reflect.TypeAssert[metav1.ObjectMeta](reflect.ValueOf(o).Elem().FieldByName("ObjectMeta"))
	return meta
}

func clone(o KubeObject) KubeObject {
	return o.DeepCopyObject().(KubeObject) //nolint:forcetypeassert // a copy has the type of its original
}
