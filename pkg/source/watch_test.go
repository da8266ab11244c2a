package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// everyNotifier runs a test with each way of noticing changes.
func everyNotifier(t *testing.T, test func(t *testing.T, setUp func(*Directory))) {
	for name, setUp := range map[string]func(*Directory){
		"system": func(*Directory) {},
		"fsnotify": func(d *Directory) {
			d.notify, d.timing = func() (notifier, error) { return newFSNotifier() }, fsTiming()
		},
		"polling": func(d *Directory) {
			d.notify = func() (notifier, error) { return nil, errWatchLimit }
			d.timing.poll = 30 * time.Millisecond
		},
	} {
		t.Run(name, func(t *testing.T) { test(t, setUp) })
	}
}

func TestWatchSeesEveryKindOfChange(t *testing.T) {
	everyNotifier(t, func(t *testing.T, setUp func(*Directory)) {
		root := t.TempDir()
		at := func(name string) string { return filepath.Join(root, name) }
		write(t, at("a.yaml"), config("a", "1"))
		l := watchDir(t, root, setUp)
		l.untilValues(values{"a": "1"})

		write(t, at("a.yaml"), config("a", "2"))
		l.untilValues(values{"a": "2"})
		replace(t, at("a.yaml"), config("a", "3")+"---\n"+config("b", "1"))
		l.untilValues(values{"a": "3", "b": "1"})
		write(t, at("new/deep/er/c.yaml"), config("c", "1"))
		l.untilValues(values{"a": "3", "b": "1", "c": "1"})
		write(t, at("new/deep/er/c.yaml"), config("c", "2"))
		l.untilValues(values{"a": "3", "b": "1", "c": "2"})
		require.NoError(t, os.Rename(at("a.yaml"), at("z.yaml")))
		write(t, at("z.yaml"), config("a", "4"))
		l.untilValues(values{"a": "4", "c": "2"})
		require.NoError(t, os.RemoveAll(at("new")))
		l.untilValues(values{"a": "4"})
		require.NoError(t, os.Remove(at("z.yaml")))
		l.untilValues(values{})
		require.NoError(t, os.Mkdir(at("sub"), 0o755))
		write(t, at("sub/x.json"), `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"v":"1"}}`)
		l.untilValues(values{"x": "1"})
		l.until(func() bool { return len(l.said()) == 0 || strings.Contains(l.said()[0], "noticed every") })
	})
}

func configKey(name string) ir.Object {
	return ir.Object{Kind: "ConfigMap", Namespace: "default", Name: name}
}

func TestChangesBetweenLoadAndWatchAreSeen(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a.yaml")
	write(t, path, config("a", "1"))
	write(t, filepath.Join(root, "b.yaml"), config("b", "1"))
	l := watchDir(t, root, func(d *Directory) {
		notify := d.notify
		d.notify = func() (notifier, error) {
			write(t, path, config("a", "2"))
			require.NoError(t, os.Remove(filepath.Join(root, "b.yaml")))
			return notify()
		}
	})
	l.untilValues(values{"a": "2"})
}

func TestOnlyWhatChangedIsAnEvent(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "many.yaml")
	docs := make([]string, 1000)
	for i := range docs {
		docs[i] = config(fmt.Sprintf("c%d", i), "1")
	}
	write(t, path, strings.Join(docs, "---\n"))
	l := watchDir(t, root)
	require.Len(t, l.objects, 1000)

	docs[500] = config("c500", "2")
	write(t, path, "# one line more\n"+strings.Join(docs, "---\n"))
	l.until(func() bool { return l.values()["c500"] == "2" })
	require.Equal(t, 1001, l.events)
	require.EqualValues(t, 2, l.objects[configKey("c500")].Obj.GetGeneration())
	_, line, ok := l.dir.Where(configKey("c999"))
	require.True(t, ok)
	require.Equal(t, 999*5+2, line)

	write(t, path, strings.ReplaceAll(strings.Join(docs, "---\n"), "data:", "# a comment\ndata: ")) // says the same
	require.Zero(t, l.quiet())
	docs[7] = strings.Replace(docs[7], `{name: "c7"}`, `{name: "c7", labels: {a: b}}`, 1)
	write(t, path, strings.Join(docs, "---\n"))
	l.until(func() bool { return len(l.objects[configKey("c7")].Obj.GetLabels()) == 1 })
	require.EqualValues(t, 1, l.objects[configKey("c7")].Obj.GetGeneration(), "metadata is not content")
}

func TestBrokenFilesKeepWhatTheyHeld(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a.yaml")
	good := config("a", "1") + "---\n" + config("b", "1")
	write(t, path, good)
	l := watchDir(t, root)

	for _, broken := range []string{
		"a: [\n", config("a", "2") + "---\na: [\n", "\x00", "hello", "\xff\xfe", "kind: List\nitems: [1]\n",
	} {
		replace(t, path, broken)
		l.until(func() bool { return len(l.said()) == 1 && strings.Contains(l.said()[0], "SyntaxError") })
		require.Equal(t, values{"a": "1", "b": "1"}, l.values(), broken)
		replace(t, path, good)
		l.until(func() bool { return len(l.said()) == 0 })
	}
	require.Equal(t, 2, l.events, "nothing changed all the while")
}

func TestInvalidDocumentsKeepTheirObject(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a.yaml")
	invalid := strings.Replace(config("a", "2"), "\ndata:", "\ndta:", 1)
	write(t, path, config("a", "1")+"---\n"+config("b", "1"))
	l := watchDir(t, root)

	replace(t, path, invalid+"---\n"+config("b", "2"))
	l.untilValues(values{"a": "1", "b": "2"})
	require.Equal(t, []string{"a.yaml:4: UnknownField: dta: unknown field; correct it; until then the object counts as it last was"}, l.said())
	replace(t, path, config("b", "3")+"---\n"+invalid)
	l.untilValues(values{"a": "1", "b": "3"})
	require.Equal(t, []string{"a.yaml:9: UnknownField: dta: unknown field; correct it; until then the object counts as it last was"}, l.said())
	replace(t, path, config("b", "4"))
	l.untilValues(values{"b": "4"})
	require.Empty(t, l.said())

	// A document that does not say what it is may be any that is missing.
	replace(t, path, "apiVersion: v1\nkind: ConfigMap\nmetadata: {nam: b}\n---\n"+config("c", "1"))
	l.untilValues(values{"b": "4", "c": "1"})
	require.Equal(t, []string{"a.yaml:3: Invalid: metadata.name: is required; correct it; until then the object counts as it last was"}, l.said())
	replace(t, path, config("c", "1"))
	l.untilValues(values{"c": "1"})
}

func TestHalfWrittenFilesLoseNothing(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a.yaml")
	text := config("a", "1") + "---\n" + config("b", "1") + "---\n" + config("c", "1")
	write(t, path, text)
	l := watchDir(t, root)

	for round := range 3 {
		value := fmt.Sprint(round + 2)
		text = strings.ReplaceAll(text, fmt.Sprintf("%q", fmt.Sprint(round+1)), fmt.Sprintf("%q", value))
		f, err := os.Create(path)
		require.NoError(t, err)
		// Stop in the middle, at the end of a document, for longer than any
		// settling, but within the patience.
		cut := strings.Index(text, "---") * (round + 1) / 3
		_, err = f.WriteString(text[:cut])
		require.NoError(t, err)
		time.Sleep(100 * time.Millisecond)
		_, err = f.WriteString(text[cut:])
		require.NoError(t, err)
		require.NoError(t, f.Close())
		l.untilValues(values{"a": value, "b": value, "c": value})
		require.Empty(t, l.said())
	}
	require.Equal(t, 3+3*3, l.events, "no deletion on the way")
}

func TestWritersThatNeverCloseAreReadInTheEnd(t *testing.T) {
	root := t.TempDir()
	l := watchDir(t, root)
	f, err := os.Create(filepath.Join(root, "a.yaml"))
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteString(config("a", "1"))
	require.NoError(t, err)
	l.untilValues(values{"a": "1"})
}

func TestEditorsThatRenameTheOldFileAwayLoseNothing(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a.yaml")
	write(t, path, config("a", "1"))
	l := watchDir(t, root)
	for round := range 5 {
		value := fmt.Sprint(round + 2)
		require.NoError(t, os.Rename(path, path+"~"))
		write(t, path, config("a", value))
		l.untilValues(values{"a": value})
	}
	require.Equal(t, 6, l.events)
}

func TestRenamedFilesKeepTheirObjects(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "m.yaml"), config("a", "1"))
	write(t, filepath.Join(root, "dir", "x.yaml"), config("b", "1"))
	l := watchDir(t, root)
	for _, step := range [][2]string{{"m.yaml", "z.yaml"}, {"z.yaml", "a.yaml"}, {"dir", "other"}, {"other", "dir"}} {
		require.NoError(t, os.Rename(filepath.Join(root, step[0]), filepath.Join(root, step[1])))
		require.Zero(t, l.quiet())
	}
	require.Empty(t, l.said())
	file, _, _ := l.dir.Where(configKey("a"))
	require.Equal(t, filepath.Join(root, "a.yaml"), file)

	require.NoError(t, os.Rename(filepath.Join(root, "dir"), filepath.Join(root, "dir2")))
	write(t, filepath.Join(root, "dir2", "x.yaml"), config("b", "2"))
	l.untilValues(values{"a": "1", "b": "2"})
	require.NoError(t, os.RemoveAll(filepath.Join(root, "dir2")))
	l.untilValues(values{"a": "1"})
}

func TestOwnershipPassesOn(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	write(t, at("b.yaml"), config("x", "b"))
	l := watchDir(t, root)

	replace(t, at("a.yaml"), config("x", "a"))
	l.untilValues(values{"x": "a"})
	require.Len(t, l.said(), 1)
	require.Contains(t, l.said()[0], "b.yaml:1: Conflict")
	replace(t, at("b.yaml"), config("x", "b2"))
	replace(t, at("c.yaml"), config("x", "c"))
	l.until(func() bool { return len(l.said()) == 2 })
	require.Equal(t, values{"x": "a"}, l.values())
	require.NoError(t, os.Remove(at("a.yaml")))
	l.untilValues(values{"x": "b2"})
	require.EqualValues(t, 3, l.objects[configKey("x")].Obj.GetGeneration())
	l.until(func() bool { return len(l.said()) == 1 && strings.HasPrefix(l.said()[0], "c.yaml:1: Conflict") })
	require.NoError(t, os.Remove(at("b.yaml")))
	l.untilValues(values{"x": "c"})
	require.NoError(t, os.Remove(at("c.yaml")))
	l.untilValues(values{})
	require.Empty(t, l.said())
}

// mount lays out a version of a ConfigMap volume as the kubelet does.
func mount(t *testing.T, root string, version int, files values) {
	t.Helper()
	data := fmt.Sprintf("..2026_01_01_00_00_%02d", version)
	for name, text := range files {
		write(t, filepath.Join(root, data, name), text)
	}
	require.NoError(t, os.Symlink(data, filepath.Join(root, "..data_tmp")))
	old, _ := os.Readlink(filepath.Join(root, "..data"))
	require.NoError(t, os.Rename(filepath.Join(root, "..data_tmp"), filepath.Join(root, "..data")))
	for name := range files {
		first, _, _ := strings.Cut(name, "/")
		if err := os.Symlink("..data/"+first, filepath.Join(root, first)); err != nil {
			require.ErrorIs(t, err, os.ErrExist)
		}
	}
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(root, e.Name())); err != nil {
			require.NoError(t, os.Remove(filepath.Join(root, e.Name())))
		}
	}
	if old != "" {
		require.NoError(t, os.RemoveAll(filepath.Join(root, old)))
	}
}

func TestMountedConfigMapsSwapAtomically(t *testing.T) {
	everyNotifier(t, func(t *testing.T, setUp func(*Directory)) {
		for _, below := range []string{"", "mounted"} {
			top := t.TempDir()
			root := filepath.Join(top, below)
			require.NoError(t, os.MkdirAll(root, 0o755))
			mount(t, root, 1, values{"a.yaml": config("a", "1"), "b.yaml": config("b", "1"), "d/c.yaml": config("c", "1")})
			l := watchDir(t, top, setUp)
			require.Equal(t, values{"a": "1", "b": "1", "c": "1"}, l.values())
			for version := 2; version < 6; version++ {
				require.Zero(t, l.quiet())
				v := fmt.Sprint(version)
				mount(t, root, version, values{"a.yaml": config("a", v), "b.yaml": config("b", v), "d/c.yaml": config("c", v)})
				for l.values()["a"] != v {
					l.take(<-l.batches)
					require.Len(t, l.values(), 3)
					if got := l.values()["a"]; got == v {
						require.Equal(t, values{"a": v, "b": v, "c": v}, l.values(), "all in one batch")
					}
				}
			}
			mount(t, root, 9, values{"a.yaml": config("a", "9"), "e.yaml": config("e", "9")})
			l.untilValues(values{"a": "9", "e": "9"})
		}
	})
}

func TestASwapThatReplacesObjectsIsOneBatch(t *testing.T) {
	root := t.TempDir()
	mount(t, root, 10, values{"a.yaml": config("a", "10"), "b.yaml": config("b10", "10")})
	l := watchDir(t, root)
	require.Zero(t, l.quiet())
	for version := 11; version < 20; version++ {
		v := fmt.Sprint(version)
		mount(t, root, version, values{"a.yaml": config("a", v), "b.yaml": config("b"+v, v)})
		for l.values()["a"] != v {
			l.take(<-l.batches)
		}
		require.Equal(t, values{"a": v, "b" + v: v}, l.values(), "the end of the old version puts b.yaml in no doubt")
	}
}

func TestFilesChangedInOneGoAreOneBatch(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	write(t, at("a.yaml"), config("a", "1"))
	l := watchDir(t, root, func(d *Directory) { d.timing.pause, d.timing.together = 400*time.Millisecond, 5*time.Second })
	require.Zero(t, l.quiet())
	replace(t, at("a.yaml"), config("a", "2"))
	write(t, at("b.yaml"), config("b", "2"))
	l.take(<-l.batches)
	require.Equal(t, values{"a": "2", "b": "2"}, l.values())
}

func TestACheckoutThatTakesABreathIsOneBatch(t *testing.T) {
	root := t.TempDir()
	l := watchDir(t, root, func(d *Directory) { d.timing.breath, d.timing.together = 400*time.Millisecond, 5*time.Second })
	require.Zero(t, l.quiet())
	want := values{}
	for i := range 2 * several {
		name := fmt.Sprintf("f%d", i)
		write(t, filepath.Join(root, name+".yaml"), config(name, "1"))
		want[name] = "1"
		if i == several {
			time.Sleep(50 * time.Millisecond) // much more than a pause
		}
	}
	for len(l.values()) <= several { // if the test itself was held up, the first few came alone
		l.take(<-l.batches)
	}
	require.Equal(t, want, l.values())
}

func TestLinkedFilesAreWatchedWhereTheyAre(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	target := filepath.Join(outside, "real.yaml")
	write(t, target, config("a", "1"))
	write(t, filepath.Join(outside, "dir", "b.yaml"), config("b", "1"))
	require.NoError(t, os.Symlink(target, filepath.Join(outside, "hop")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "hop"), filepath.Join(root, "a.yaml")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "dir"), filepath.Join(root, "dir")))
	l := watchDir(t, root)

	write(t, target, config("a", "2"))
	l.untilValues(values{"a": "2", "b": "1"})
	replace(t, target, config("a", "3"))
	l.untilValues(values{"a": "3", "b": "1"})
	write(t, filepath.Join(outside, "dir", "b.yaml"), config("b", "2"))
	l.untilValues(values{"a": "3", "b": "2"})
	write(t, filepath.Join(outside, "other.yaml"), config("a", "4"))
	require.NoError(t, os.Symlink(filepath.Join(outside, "other.yaml"), filepath.Join(outside, "hop2")))
	require.NoError(t, os.Rename(filepath.Join(outside, "hop2"), filepath.Join(outside, "hop")))
	l.untilValues(values{"a": "4", "b": "2"})
	require.NoError(t, os.Remove(filepath.Join(outside, "other.yaml")))
	l.untilValues(values{"b": "2"})
	require.Contains(t, l.said()[0], "a.yaml:0: Unreadable: the link leads nowhere")
	write(t, filepath.Join(outside, "other.yaml"), config("a", "5"))
	l.untilValues(values{"a": "5", "b": "2"})
	require.Empty(t, l.said())
}

func TestVanishedRootKeepsWhatItHeld(t *testing.T) {
	for name, vanish := range map[string]func(t *testing.T, root string) func(){
		"removed": func(t *testing.T, root string) func() {
			require.NoError(t, os.RemoveAll(root))
			return func() { require.NoError(t, os.Mkdir(root, 0o755)) }
		},
		"moved": func(t *testing.T, root string) func() {
			require.NoError(t, os.Rename(root, root+"-away"))
			return func() { require.NoError(t, os.Rename(root+"-away", root)) }
		},
		"with its parent": func(t *testing.T, root string) func() {
			require.NoError(t, os.RemoveAll(filepath.Dir(root)))
			return func() { require.NoError(t, os.MkdirAll(root, 0o755)) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "parent", "root")
			for i := range 50 {
				write(t, filepath.Join(root, fmt.Sprintf("f%d.yaml", i)), config(fmt.Sprintf("c%d", i), "1"))
			}
			l := watchDir(t, root, func(d *Directory) { d.timing.missing = 50 * time.Millisecond })
			require.Len(t, l.objects, 50)
			back := vanish(t, root)
			l.until(func() bool { return len(l.said()) == 1 })
			require.Contains(t, l.said()[0], ".:0: Unreadable: the directory is gone")
			require.Equal(t, 50, l.events, "nothing was given up")
			back()
			if name == "moved" {
				l.until(func() bool { return len(l.said()) == 0 })
				write(t, filepath.Join(root, "f0.yaml"), config("c0", "2"))
				l.until(func() bool { return l.values()["c0"] == "2" })
				require.Len(t, l.objects, 50)
				return
			}
			write(t, filepath.Join(root, "new.yaml"), config("new", "1"))
			l.untilValues(values{"new": "1"})
			write(t, filepath.Join(root, "new.yaml"), config("new", "2"))
			l.untilValues(values{"new": "2"})
			require.Empty(t, l.said())
		})
	}
}

func TestSwappedRootIsReadAtOnce(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "v1", "a.yaml"), config("a", "1"))
	write(t, filepath.Join(top, "v2", "a.yaml"), config("a", "2"))
	root := filepath.Join(top, "current")
	require.NoError(t, os.Symlink("v1", root))
	l := watchDir(t, root, func(d *Directory) { d.timing.missing = time.Hour })
	require.NoError(t, os.Symlink("v2", filepath.Join(top, "next")))
	require.NoError(t, os.Rename(filepath.Join(top, "next"), root))
	l.untilValues(values{"a": "2"})
	write(t, filepath.Join(top, "v2", "b.yaml"), config("b", "1"))
	l.untilValues(values{"a": "2", "b": "1"})
	require.Empty(t, l.said())
}

func TestWatchLimitFallsBackToPolling(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a.yaml"), config("a", "1"))
	l := watchDir(t, root, func(d *Directory) {
		d.timing.poll = 30 * time.Millisecond
		d.notify = func() (notifier, error) { return limited{}, nil }
	})
	l.until(func() bool { return len(l.said()) == 1 })
	require.Contains(t, l.said()[0], "changes are noticed every 30ms only")
	write(t, filepath.Join(root, "sub", "b.yaml"), config("b", "1"))
	l.untilValues(values{"a": "1", "b": "1"})
	require.NoError(t, os.Remove(filepath.Join(root, "a.yaml")))
	l.untilValues(values{"b": "1"})
}

// limited is a notifier of a system that allows no watch.
type limited struct{}

func (limited) add(string) error         { return errWatchLimit }
func (limited) notices() <-chan []notice { return nil }
func (limited) close()                   {}

func TestLostNoticesAreMadeUpFor(t *testing.T) {
	root := t.TempDir()
	deaf := make(chan []notice, 1)
	l := watchDir(t, root, func(d *Directory) { d.notify = func() (notifier, error) { return deafNotifier{deaf}, nil } })
	write(t, filepath.Join(root, "sub", "b.yaml"), config("b", "1"))
	deaf <- []notice{{what: overflow}}
	l.untilValues(values{"b": "1"})
}

type deafNotifier struct{ out chan []notice }

func (deafNotifier) add(string) error           { return nil }
func (n deafNotifier) notices() <-chan []notice { return n.out }
func (deafNotifier) close()                     {}

func TestLookingAtEverythingAgainEndsNoDoubt(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "a.yaml")
	write(t, path, config("a", "1"))
	d, ctx := open(t, root), t.Context()
	loaded, err := d.Load(ctx)
	require.NoError(t, err)
	require.Len(t, loaded.Events, 1)

	// A directory that returns is looked at more than once while a copy is under way.
	w := &watch{d: d, emit: func(b Batch) { t.Fatalf("lost: %v", b.Events) }, pending: map[string]look{}}
	write(t, path, "")
	for range 3 {
		w.resync(ctx)
	}
	write(t, path, config("a", "1"))
	w.pending[path] = look{complete: true}
	w.work(ctx)
	require.Empty(t, w.pending)
}
